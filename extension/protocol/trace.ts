// Traces: what a recurrent network computed while it read a text, and what is worked out from that. Types of the worker's answers.
// Letters: T tokens of the text, H hidden units of one direction of one layer, E embedding size, D = H · directions, C classes.
// Invariant: matrices are row-major float32 with a row a token, in token order whatever the direction reads: row t belongs to token t.
// A "cell" of a picture is one unit of one direction of one layer. Layers, tokens and units count from 0, epochs from 1; epoch 0 is the
// network before training.

export type RecurrentCell = 'lstm' | 'gru' | 'rnn';

/** Gates and states: LSTM i f g o c tanhC h, GRU r z n h, RNN h. */
export type SignalName = 'i' | 'f' | 'g' | 'o' | 'c' | 'tanhC' | 'r' | 'z' | 'n' | 'h';

/** Signals of each cell, in the order they are computed. */
export const CELL_SIGNALS: Readonly<Record<RecurrentCell, readonly SignalName[]>> = {
  lstm: ['i', 'f', 'g', 'o', 'c', 'tanhC', 'h'],
  gru: ['r', 'z', 'n', 'h'],
  rnn: ['h'],
};

/** The signals that are gates: sigmoids, between 0 and 1. All others have a sign. */
export const GATE_SIGNALS: ReadonlySet<SignalName> = new Set(['i', 'f', 'o', 'r', 'z']);

/** Forward reads from the first token, backward from the last; the number is the place in `layers[layer]`. */
export type Direction = 0 | 1;

/** Which weights of which run. */
export interface WeightsOfRun {
  /** Absolute path of the run folder. */
  runDir: string;
  /** 0: before training. Absent: the run's model.safetensors, which holds the best weights. */
  epoch?: number;
}

export interface TextOfRun extends WeightsOfRun {
  text: string;
}

export interface TraceRequest extends TextOfRun {
  /** Only these layers; all of them where absent. The others have no entry in the answer's `layers`. */
  layers?: number[];
  /** Only these signals; all of the cell's where absent. */
  signals?: SignalName[];
  /** Next tokens to tell at each position, of a language model; 5 where absent. */
  topK?: number;
}

export interface TraceToken {
  text: string;
  id: number;
  /** Not in the vocabulary: the network read [UNK]. */
  isUnknown: boolean;
}

/** A signal that is in a trace. */
export interface TraceSignal {
  name: SignalName;
  /** The values that are possible; absent where there is no bound (c, and h of a ReLU network). */
  range?: readonly [low: number, high: number];
}

/** One direction of one layer over the text. */
export interface DirectionTrace {
  layer: number;
  direction: Direction;
  /** [T, H] each; exactly the signals that `Trace.signals` lists. */
  signals: Partial<Record<SignalName, Float32Array>>;
}

export interface ClassScore {
  label: string;
  logit: number;
  probability: number;
}

/** What a language model expects after a token. */
export interface NextTokens {
  /** Most probable first. */
  top: { token: string; probability: number }[];
  /** Probability it gave to the token that does follow; absent at the last one. */
  ofActual?: number;
}

export interface Trace {
  runId: string;
  /** Whose weights they are; the best epoch where none was asked for. Absent where the run does not say. */
  epoch?: number;
  text: string;
  cell: RecurrentCell;
  hiddenSize: number;
  layerCount: number;
  directionCount: 1 | 2;
  /** What the network read, at least one: a text without tokens is read as [UNK]. */
  tokens: TraceToken[];
  /** Tokens beyond the model's maximum, which it did not read. */
  truncated: number;
  signals: TraceSignal[];
  /** One entry a layer that was asked for, each with one entry a direction. */
  layers: DirectionTrace[][];
  /** [T, E] what the first layer read; absent for one-hot vectors. */
  embeddings?: Float32Array;
  embeddingSize?: number;
  /** [D] of a classifier. */
  pooled?: Float32Array;
  /** [T] weight of each token in `pooled`, which add up to 1; of a classifier that pools by attention. */
  attention?: Float32Array;
  /** Of a classifier, in the order of the run's labels. */
  classes?: ClassScore[];
  /** Of a language model, one entry a token. */
  nextTokens?: NextTokens[];
  /** Present in what was stored in fewer bits: the greatest possible error of each signal. */
  quantisation?: { bits: number; maxError: Partial<Record<SignalName, number>> };
}

export type TraceFormat = 'safetensors' | 'npz' | 'csv';

/** One unit at one token of a text. */
export interface EquationRequest extends TextOfRun {
  layer: number;
  direction: Direction;
  token: number;
  unit: number;
  /** Terms to list for each gate; 10 where absent. */
  terms?: number;
}

/** One product of a pre-activation: weight · value. */
export interface EquationTerm {
  /** `input`: what the layer reads (the embedding, or the layer below); `recurrent`: h of the token read before. */
  from: 'input' | 'recurrent';
  /** Dimension of the input, or unit of h. For one-hot vectors the id of the token. */
  index: number;
  weight: number;
  value: number;
  product: number;
}

/**
 * value = activation(input + biasIh + recurrent + biasHh); of a GRU's n: activation(input + biasIh + resetBy · (recurrent + biasHh)).
 * The parts are sums in double precision over the float32 numbers of weights and trace.
 */
export interface GateEquation {
  signal: SignalName;
  activation: 'sigmoid' | 'tanh' | 'relu';
  /** W x */
  input: number;
  biasIh: number;
  /** U h of the token read before */
  recurrent: number;
  biasHh: number;
  /** r, which scales the recurrent part of a GRU's n. */
  resetBy?: number;
  preActivation: number;
  /** As the trace holds it. */
  value: number;
  /** The products with the greatest magnitude, greatest first; not scaled by `resetBy`. */
  terms: EquationTerm[];
}

export interface CellEquation {
  cell: RecurrentCell;
  layer: number;
  direction: Direction;
  token: number;
  unit: number;
  /** In the order i f g o, r z n, or h alone. */
  gates: GateEquation[];
  /** State that this step began with: of the token read before; zero at the first. */
  before: { h: number; c?: number };
  /** LSTM: c = f · before.c + i · g, h = o · tanhC. GRU: h = (1 - z) · n + z · before.h. As the trace holds them. */
  after: { h: number; c?: number; tanhC?: number };
}

/** What there is to look at in a run folder. */
export interface TraceSources {
  /** Epochs whose weights are there, rising: 0 always, and each checkpoint. Any text can be traced at these. */
  epochs: number[];
  /** Epoch of model.safetensors; absent while there is none. */
  best?: number;
  /** Layers of the network. */
  layerCount: number;
  /** The config's `probes`, as stored while the run trained. */
  probes: {
    text: string;
    /** Rising; 0 is before training. */
    epochs: number[];
  }[];
}

/** A stored trace of a probe. */
export interface ProbeRequest {
  runDir: string;
  /** Place in TraceSources.probes. */
  probe: number;
  epoch: number;
  layers?: number[];
  signals?: SignalName[];
}
