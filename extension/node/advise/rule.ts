// What a rule of the advisor is, and the words that rules share.
import type { Alternative } from '../../protocol/advice.ts';
import { ahead, inPoints } from './gains.ts';
import type { DatasetStatistics } from './statistics.ts';

export interface Machine {
  memoryBytes: number;
}

/** The config so far, as the rules before have it. */
export type Draft = Record<string, unknown>;

export interface Advised {
  value: unknown;
  /** One sentence, with numbers. */
  reason: string;
  alternatives?: Alternative[];
}

export interface Rule {
  /** A key of a config, with dots. */
  key: string;
  /** What it rests on. */
  source: string;
  /** Whether a reader of the config wants to know why it has this value: another dataset would have another. */
  isOfData?: boolean;
  /** Undefined: the key is left out, and its default counts. */
  advise(facts: DatasetStatistics, machine: Machine, draft: Draft): Advised | undefined;
}

export const DATASET = 'the dataset';
/** A table of what was measured. */
export const measured = (table: string): string => `docs/advisor.md, ${table}`;

export interface Rival {
  /** As the table calls it. */
  variant: string;
  value: unknown;
  /** What else one gets. */
  also?: string;
  /** Datasets that count; absent: all that both were measured on. */
  on?: readonly string[];
}

/** What another variant of a table would give in the place of the chosen one. */
export function instead(table: string, chosen: string, { variant, value, also, on }: Rival): Alternative {
  const points = inPoints(ahead(table, variant, chosen, on));
  return { value, reason: `${also === undefined ? '' : `${also}; `}${points}.` };
}
