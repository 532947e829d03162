// What is known of a dataset after its rows were looked at. Lengths are in characters (code units) and tokens; shares are 0 to 1.
import type { DatasetPart } from '../schema/source.ts';

export interface FoundRow {
  /** Absolute. */
  path: string;
  /** 1-based, of the line that the row begins at. */
  line: number;
  part: DatasetPart;
  /** The row that it is compared with. */
  other?: { path: string; line: number; part: DatasetPart };
}

/** What `gatescope dataset fix` can leave out. */
export const REMEDIES = ['duplicates', 'nearDuplicates', 'conflicts', 'leaks', 'unusable'] as const;
export type Remedy = (typeof REMEDIES)[number];

export interface DatasetFinding {
  /** Stable dotted id, e.g. `dataset.duplicate`. */
  code: string;
  severity: 'warning' | 'info';
  /** The part that it is about, where it is about one. */
  part?: DatasetPart;
  /** Rows, or labels, or files. */
  count: number;
  message: string;
  /** What to do. */
  remedy: string;
  /** What leaves these rows out of the dataset. */
  fix?: Remedy;
  /** The first rows, or all of them where they were asked for. */
  rows: FoundRow[];
}

export interface Percentiles {
  min: number;
  median: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

/** How many texts have which length: bins of `width` from 0 on, the last one open. */
export interface LengthHistogram {
  width: number;
  counts: number[];
}

export interface PartFacts {
  part: DatasetPart;
  /** Rows that can be used. */
  rows: number;
  unusable: number;
  labels: { label: string; count: number }[];
  characters: Percentiles;
  tokens?: Percentiles;
  characterLengths: LengthHistogram;
  tokenLengths?: LengthHistogram;
  /** Share of the tokens, and of the different tokens, of validation or test that the training part has too. */
  coverage?: { tokens: number; types: number };
}

export interface VocabularyFacts {
  /** Different tokens of the training part. */
  size: number;
  /** Tokens of the training part. */
  total: number;
  /** Different tokens after so many tokens. */
  growth: { tokens: number; types: number }[];
  frequent: { token: string; count: number }[];
  /** Tokens that occur once: how many, and some of them. */
  once: { count: number; examples: string[] };
}

export interface DatasetReport {
  /** In the order train, validation, test. */
  parts: PartFacts[];
  /** Of the letters of the texts, the largest first. */
  scripts: { script: string; share: number }[];
  /** Absent where tokens were not asked for. */
  vocabulary?: VocabularyFacts;
  findings: DatasetFinding[];
  /** What was not looked at in full, in words. */
  limits: string[];
}
