// Weights of ONNX's LSTM, GRU and RNN nodes in PyTorch's layout, which is the engine's. What a node may ask for and the engine's cells do
// not compute is refused by name; nothing is ever imported that would give other values.
// Letters: D directions, G gates, H hidden units, I input size. https://onnx.ai/onnx/operators/onnx__LSTM.html (GRU, RNN).
//   W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H]: the biases of W, then those of R.
//   Gates: LSTM i o f c (PyTorch i f g o, g being c), GRU z r h (PyTorch r z n, n being h).
import type { CellName, RecurrentWeights } from '../../layers/recurrent.ts';
import type { NamedTensor } from '../../types.ts';
import { brokenOnnx, unsupportedOnnx } from './onnxError.ts';
import type { OnnxGraph, OnnxNode } from './onnxModel.ts';

export const RECURRENT_OPS = ['LSTM', 'GRU', 'RNN'] as const;
type RecurrentOp = (typeof RECURRENT_OPS)[number];

/** For each gate of PyTorch's order, where it stands in ONNX's. */
const GATES: Record<RecurrentOp, readonly number[]> = { LSTM: [0, 2, 3, 1], GRU: [1, 0, 2], RNN: [0] };

/** Activations of a direction, in lower case. ONNX does not tell apart the cases of their names. */
const ACTIVATIONS: Record<RecurrentOp, readonly { cell: CellName; names: string }[]> = {
  LSTM: [{ cell: 'lstm', names: 'sigmoid tanh tanh' }],
  GRU: [{ cell: 'gru', names: 'sigmoid tanh' }],
  RNN: [
    { cell: 'rnnTanh', names: 'tanh' },
    { cell: 'rnnRelu', names: 'relu' },
  ],
};

/** Places among a node's inputs. */
const INPUT = { w: 1, r: 2, b: 3, h0: 5, c0: 6, peepholes: 7 } as const;

export interface OnnxRecurrent {
  cell: CellName;
  inputSize: number;
  hiddenSize: number;
  /** Forward, and then reverse where the node is bidirectional. */
  directions: RecurrentWeights[];
  /** The node's X is [B, T, I] and its Y [B, T, D, H]; else they are [T, B, I] and [T, D, B, H]. */
  isBatchFirst: boolean;
  /** Inputs that the graph computes or is given; empty where the node starts from zero states. */
  initialStates: string[];
}

/**
 * The weights of `node`, whose op is one of RECURRENT_OPS, from the constant tensors of its graph.
 * Throws UserError `onnx.unsupported` for what the engine does not compute, and `onnx.broken` for shapes that contradict each other.
 */
export function recurrentFromOnnx(node: OnnxNode, initialisers: OnnxGraph['initialisers']): OnnxRecurrent {
  const op = RECURRENT_OPS.find((name) => name === node.op && node.domain === '');
  if (!op) throw new Error(`${node.domain} ${node.op} is not a recurrent node`);
  const directionCount = directionsOf(node);
  const cell = cellOf(op, node, directionCount);
  refuseVariants(op, node);
  const tensor = (at: number): NamedTensor => constant(node, at, initialisers);
  const [w, r] = [tensor(INPUT.w), tensor(INPUT.r)];
  const gates = GATES[op];
  const [hiddenSize, inputSize] = [r.shape[2], w.shape[2]];
  const rows = gates.length * hiddenSize;
  checkShape(w, [directionCount, rows, inputSize]);
  checkShape(r, [directionCount, rows, hiddenSize]);
  const said = integerOf(node, 'hidden_size', hiddenSize);
  if (said !== hiddenSize) throw brokenOnnx(`${nameOf(node)} has hidden_size ${said}, and its weights ${hiddenSize}`);
  const b = isGiven(node, INPUT.b)
    ? tensor(INPUT.b)
    : { name: '', shape: [directionCount, 2 * rows], data: new Float32Array(directionCount * 2 * rows) };
  checkShape(b, [directionCount, 2 * rows]);
  const part = (values: Float32Array, index: number, width: number): Float32Array =>
    inGateOrder(values.subarray(index * rows * width, (index + 1) * rows * width), gates);
  const directions = Array.from({ length: directionCount }, (_, n) => ({
    weightIh: part(w.data, n, inputSize),
    weightHh: part(r.data, n, hiddenSize),
    biasIh: part(b.data, 2 * n, 1),
    biasHh: part(b.data, 2 * n + 1, 1),
  }));
  const initialStates = [INPUT.h0, INPUT.c0].filter((at) => isGiven(node, at)).map((at) => node.inputs[at]);
  return { cell, inputSize, hiddenSize, directions, isBatchFirst: integerOf(node, 'layout', 0) === 1, initialStates };
}

/** A copy of the equal parts of `values` in another order. */
function inGateOrder(values: Float32Array, gates: readonly number[]): Float32Array {
  const size = values.length / gates.length;
  const ordered = new Float32Array(values.length);
  for (const [at, from] of gates.entries()) ordered.set(values.subarray(from * size, (from + 1) * size), at * size);
  return ordered;
}

const nameOf = ({ op, name }: OnnxNode): string => `the ${op} node${name && ` "${name}"`}`;
const isGiven = ({ inputs }: OnnxNode, at: number): boolean => Boolean(inputs[at]);

function refuse(node: OnnxNode, what: string, remedy: string): never {
  throw unsupportedOnnx(`Gatescope cannot compute ${nameOf(node)}: ${what}.`, remedy);
}

const ELSEWHERE = 'Train the model without it, or keep to the program that made it.';

function refuseVariants(op: RecurrentOp, node: OnnxNode): void {
  if (node.attributes.has('clip')) refuse(node, 'it clips its sums (clip)', ELSEWHERE);
  if (op === 'LSTM' && isGiven(node, INPUT.peepholes)) refuse(node, 'it has peephole connections (input P)', ELSEWHERE);
  if (integerOf(node, 'input_forget', 0) !== 0)
    refuse(node, 'its input and forget gates are coupled (input_forget)', ELSEWHERE);
  if (op === 'GRU' && integerOf(node, 'linear_before_reset', 0) === 0) {
    refuse(
      node,
      'its reset gate acts before the product with the hidden state (linear_before_reset is 0)',
      'Export a GRU of PyTorch, or one of Keras with reset_after=True: these have linear_before_reset 1.',
    );
  }
  const layout = integerOf(node, 'layout', 0);
  if (layout !== 0 && layout !== 1) refuse(node, `its layout is ${layout}`, 'Export it with layout 0 or 1.');
}

function directionsOf(node: OnnxNode): number {
  const direction = textsOf(node, 'direction')[0] ?? 'forward';
  if (direction === 'bidirectional') return 2;
  if (direction === 'forward') return 1;
  const remedy = 'Reverse the texts and train it forward, or make it bidirectional.';
  return refuse(node, `its direction is "${direction}"`, remedy);
}

function cellOf(op: RecurrentOp, node: OnnxNode, directionCount: number): CellName {
  const known = ACTIVATIONS[op];
  const given = textsOf(node, 'activations').map((name) => name.toLowerCase());
  if (given.length === 0) return known[0].cell;
  const found = known.find(({ names }) => Array(directionCount).fill(names).join(' ') === given.join(' '));
  if (found) return found.cell;
  const ours = known.map(({ names }) => names.replaceAll(' ', ', ')).join(' or ');
  return refuse(node, `its activations are ${given.join(', ')}, not ${ours}`, ELSEWHERE);
}

/** The strings of an attribute; none where it is absent. */
function textsOf(node: OnnxNode, name: string): string[] {
  const attribute = node.attributes.get(name);
  if (!attribute) return [];
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 100));
  if (attribute.kind === 'bytes') return [decode(attribute.value)];
  if (attribute.kind === 'bytesList') return attribute.value.slice(0, 10).map(decode);
  throw brokenOnnx(`the attribute "${name}" of ${nameOf(node)} is not text`);
}

function integerOf(node: OnnxNode, name: string, absent: number): number {
  const attribute = node.attributes.get(name);
  if (!attribute) return absent;
  if (attribute.kind === 'integer') return attribute.value;
  throw brokenOnnx(`the attribute "${name}" of ${nameOf(node)} is not a whole number`);
}

function constant(node: OnnxNode, at: number, initialisers: OnnxGraph['initialisers']): NamedTensor {
  const name = node.inputs[at];
  const tensor = name ? initialisers.get(name) : undefined;
  if (tensor) return tensor.read();
  return refuse(
    node,
    `its weights ${['X', 'W', 'R', 'B'][at]} are not constants of the file`,
    'Export it with its weights, and with constants folded (do_constant_folding=True in PyTorch).',
  );
}

function checkShape({ name, shape }: NamedTensor, expected: readonly number[]): void {
  const isExpected = shape.length === expected.length && shape.every((size, n) => size === expected[n] && size > 0);
  if (isExpected) return;
  throw brokenOnnx(`the tensor "${name}" is [${shape.join(', ')}], not [${expected.map((n) => n ?? '?').join(', ')}]`);
}
