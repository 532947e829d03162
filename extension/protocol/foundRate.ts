// What a learning-rate range test found.

/** The curve of a learning-rate range test, one entry a step; `groups` says how many times the rate each was trained at, 0 where frozen. */
export interface FoundRate {
  rates: number[];
  losses: number[];
  smoothed: number[];
  groups: { name: string; factor: number }[];
  /** Within the longest fall of the smoothed loss. */
  suggestion?: number;
}
