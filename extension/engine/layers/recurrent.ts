// What every recurrent cell takes and gives: one direction of one layer over a batch, all time steps at once.
// A cell is two pure functions over float32 arrays in token order; recurrentLayer.ts makes layers of it, a faster cell fits in its place.
// Invariants: no work on padding; every value of a text is independent of the texts beside it, to the last bit.
// Letters: B texts, N real tokens, T steps, I input size, H hidden units, G gates, stacked in PyTorch's order.
import type { SequenceLayout } from './sequenceLayout.ts';

export interface RecurrentWeights {
  /** [G·H, I] */
  weightIh: Float32Array;
  /** [G·H, H] */
  weightHh: Float32Array;
  /** [G·H] */
  biasIh: Float32Array;
  /** [G·H] */
  biasHh: Float32Array;
}

/** States before the first token read, [B, H] each; zero where absent. Only an LSTM reads c0. */
export interface InitialState {
  h0?: Float32Array;
  c0?: Float32Array;
}

export interface RecurrentInput extends InitialState {
  /** [N, I], token order. */
  x: Float32Array;
  /** Nobody asks for the gradient of x. */
  isConstant?: boolean;
  /** Nobody asks for the gradients of the weights. */
  areWeightsConstant?: boolean;
  layout: SequenceLayout;
  inputSize: number;
  hiddenSize: number;
  /** Reads each text from its last real token to its first. */
  isReverse: boolean;
}

/** All in token order, whatever the direction: row n belongs to token n. A cell adds what its backward pass reads. */
export interface RecurrentResult {
  /** [N, H] */
  out: Float32Array;
  /** [B, H] state after the last token read. */
  hN: Float32Array;
  /** [B, H] cell state after the last token read; LSTM only. */
  cN?: Float32Array;
  /** [N, G·H] activated gates. */
  gates: Float32Array;
  /** [N, H] cell states, and their tanh; LSTM only. */
  cells?: Float32Array;
  tanhCells?: Float32Array;
}

/** Gradients of the results that come from above; absent ones are zero. */
export interface RecurrentUpstream {
  /** [N, H], token order. */
  out: Float32Array;
  /** [B, H] */
  hN?: Float32Array;
  cN?: Float32Array;
}

export interface RecurrentGradients extends RecurrentWeights {
  /** [N, I], token order; absent where the input is constant. */
  x?: Float32Array;
  /** [B, H] */
  h0: Float32Array;
  /** [B, H]; LSTM only. */
  c0?: Float32Array;
}

/** What the forward pass took and gave. */
export interface RecurrentPass<Result extends RecurrentResult = RecurrentResult> {
  input: RecurrentInput;
  weights: RecurrentWeights;
  result: Result;
}

/** What a layer reads: all its directions, of which the second reads from the last token. */
export interface LayerInput extends Omit<RecurrentInput, 'isReverse' | keyof InitialState> {
  weights: readonly RecurrentWeights[];
  /** [N] Where every row of x is one-hot, the element that is 1: x is not read then. Only together with isConstant, and on a machine. */
  hot?: Int32Array;
  /** One entry a direction. */
  initial?: readonly InitialState[];
}

/** A forward pass of a layer, ready to go back. */
export interface LayerPass {
  /** [N, D], D = H · directions, forward direction first. */
  out: Float32Array;
  /** What each direction gave, for whoever looks inside; copy what outlives the surrounding machineScope. */
  results(): RecurrentResult[];
  /** From d out [N, D]. */
  backward(dOut: Float32Array): LayerGradients;
}

export interface LayerGradients {
  /** [N, I]; absent where the input is constant. */
  x?: Float32Array;
  /** None where the weights are constant. */
  directions: Omit<RecurrentGradients, 'x'>[];
}

export type CellName = 'lstm' | 'gru' | 'rnnTanh' | 'rnnRelu';

export interface Cell<Result extends RecurrentResult = RecurrentResult> {
  readonly name: CellName;
  /** G */
  readonly gateCount: number;
  /** The direction over a batch; keeps in the result what the backward pass and a gate inspector read. */
  forward(input: RecurrentInput, weights: RecurrentWeights): Result;
  /** Gradients of everything the forward pass read. */
  backward(upstream: RecurrentUpstream, pass: RecurrentPass<Result>): RecurrentGradients;
}
