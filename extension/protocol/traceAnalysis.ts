// What is worked out from traces: gradients through time, statistics of units, similar places in the data. Types of the worker's answers.
// Letters and the order of rows as in trace.ts.
import type { Direction, SignalName, TextOfRun, WeightsOfRun } from './trace.ts';

/** Which score's gradient is taken. */
export interface GradientRequest extends TextOfRun {
  /** A label of a classifier, a token of a language model; the most probable one where absent. */
  target?: string;
  /** Of a language model: the token after which `target` is expected; the last one where absent. */
  position?: number;
  /** Integrated gradients along a straight line from zero embeddings, in so many steps; the plain gradient alone where absent. */
  integratedSteps?: number;
}

export interface GradientTrace {
  target: string;
  position?: number;
  /** The score whose gradient it is. */
  logit: number;
  /** [T] length of d logit / d x_t, x the embedding (or one-hot vector). */
  norms: Float32Array;
  /** [T] d logit / d x_t · x_t, the first-order share of the token, with its sign. */
  inputTimesGradient: Float32Array;
  integrated?: {
    steps: number;
    /** [T] share of each token in logit - baselineLogit, with its sign. */
    attributions: Float32Array;
    /** The score of a text of zero embeddings. */
    baselineLogit: number;
    /** Sum of the attributions - (logit - baselineLogit): what the finite number of steps misses. */
    completenessError: number;
  };
}

/** Tokens of a text whose connectivity is computed: the work grows with their square, and so does what it keeps. */
export const MAX_CONNECTED_TOKENS = 512;

export interface ConnectivityRequest extends TextOfRun {
  layer: number;
  direction: Direction;
}

export interface Connectivity {
  layer: number;
  direction: Direction;
  tokenCount: number;
  /** [T, T] at row t, column s: Frobenius norm of d h_t / d x_s, h of this layer and direction, x the network's input vectors. */
  norms: Float32Array;
}

/** Texts of the run's own data, or given ones. */
export type TextSample =
  | { texts: string[] }
  | {
      split: 'train' | 'validation' | 'test';
      /** Texts to take, evenly spread over the set; 200 where absent. */
      maxTexts?: number;
    };

export interface StatisticsRequest extends WeightsOfRun {
  over: TextSample;
  /** A gate is left-saturated below `left` and right-saturated above `right`; 0.1 and 0.9 where absent. */
  thresholds?: { left: number; right: number };
  /** Signal to correlate with annotations; c of an LSTM and h of others where absent. */
  correlate?: SignalName;
}

/** `class` comes once a label: 1 at the tokens of texts with that label, else 0. */
export interface AnnotationName {
  kind: 'position' | 'bracketDepth' | 'insideQuotes' | 'tokenLength' | 'class';
  label?: string;
}

/** All of one direction of a layer; arrays are [H], one entry a unit. */
export interface DirectionStatistics {
  layer: number;
  direction: Direction;
  /** Share of all steps that are left- and right-saturated, for each gate of the cell. */
  saturation: { signal: SignalName; left: Float32Array; right: Float32Array }[];
  /** For each signal over all steps. */
  summary: { signal: SignalName; mean: Float32Array; min: Float32Array; max: Float32Array }[];
  /** Tokens until half of a cell's memory is gone: ln 0.5 / ln(mean f), of a GRU with z for f. Infinity where nothing is forgotten. Absent of an RNN. */
  halfLife?: Float32Array;
  /** Units that keep nearly all and still take in; docs/inspector.md has the definition. In rising order, as are the two lists below. */
  integrators: Uint32Array;
  /** Units whose |h| stays below 0.05. */
  dead: Uint32Array;
  /** Units whose h stays above 0.5, or below -0.5. */
  alwaysOn: Uint32Array;
  /** Pearson's r of each unit's signal with each annotation, in the order of `annotations`; NaN where one of both never varies. */
  correlations: Float32Array[];
}

export interface TraceStatistics {
  /** Whose weights they are, as in Trace. */
  epoch?: number;
  textCount: number;
  tokenCount: number;
  thresholds: { left: number; right: number };
  correlated: SignalName;
  annotations: AnnotationName[];
  /** [layer][direction] */
  layers: DirectionStatistics[][];
}

export interface MatchRequest extends TextOfRun {
  /** Chosen by the caller: names the request in `matching` events. */
  requestId: string;
  layer: number;
  direction: Direction;
  signal: SignalName;
  /** First and last token of the span in `text`. */
  from: number;
  to: number;
  /** A cell is on where its signal is at least this. */
  threshold: number;
  /** Count only cells that are off at the token before the span, at the one after it. The start and the end of a text count as off. */
  isOffLeft?: boolean;
  isOffRight?: boolean;
  /** Which data to search: a set of the run's config, or a file of the same format. */
  data: { split: 'train' | 'validation' | 'test' } | { path: string };
  /** Places to give; 50 where absent. */
  top?: number;
}

/** A place in the data where similar cells are on. */
export interface MatchHit {
  /** |cells on here ∩ cells of the selection| / |their union| */
  jaccard: number;
  /** Cells on here, cells of both. */
  count: number;
  shared: number;
  /** Absolute path of the data file, and 1-based line. */
  path: string;
  line: number;
  /** The text's label, of a classifier. */
  label?: string;
  /** Tokens around the place; the span is `tokens[from … to]`. */
  tokens: string[];
  from: number;
  to: number;
  /** Place of the span's first token in its text (of a language model: in the whole data). */
  position: number;
}

export interface MatchProgress {
  requestId: string;
  tokensRead: number;
  /** 0 to 1, of the bytes read. */
  fraction: number;
}

export interface MatchResult {
  /** Units that are on through the selected span: what is searched for. Rising. */
  cells: Uint32Array;
  /** Best first; equal ones in the order of the data. Overlapping places of one text are told once, the best of them. */
  hits: MatchHit[];
  textsRead: number;
  tokensRead: number;
}
