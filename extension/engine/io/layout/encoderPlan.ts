// The encoder that the recurrent layers of a file make together, and the reasons why they make none.
import type { ResolvedEncoder } from '../../../schema/resolved.ts';
import { type FoundCell, type FoundLayer, GATE_COUNTS, type Source } from './foundModel.ts';
import { shapeAfter } from './steps.ts';

export interface EncoderPlan {
  encoder?: ResolvedEncoder;
  /** I: numbers that the first layer reads a token. */
  inputSize: number;
  problems: string[];
}

/** One encoder of all layers: of one kind, one size and one number of directions, each reading what the one before gives. */
export function planEncoder(layers: readonly FoundLayer[], nonlinearity: 'tanh' | 'relu'): EncoderPlan {
  const [first] = layers;
  if (!first) return { inputSize: 0, problems: ['There is no LSTM, GRU or RNN in the file.'] };
  const { kind, weightIh, weightHh } = first[0];
  const hiddenSize = shapeAfter(weightHh)[1];
  const inputSize = shapeAfter(weightIh)[1];
  const isBidirectional = first[1] !== undefined;
  const problems = layers.flatMap((layer, index) => {
    const inputs = index === 0 ? inputSize : hiddenSize * (isBidirectional ? 2 : 1);
    const cells = layer.filter((cell) => cell !== undefined);
    return [
      ...cells.flatMap((cell) => misfits(cell, { kind, hiddenSize, inputs })),
      ...((layer[1] !== undefined) === isBidirectional
        ? []
        : [`"${layer[0].name}" has another number of directions than the first layer.`]),
    ];
  });
  const common = { hiddenSize, layers: layers.length, bidirectional: isBidirectional, dropout: 0 };
  const encoder: ResolvedEncoder =
    kind === 'lstm'
      ? { type: 'lstm', ...common, forgetBias: 0 }
      : kind === 'gru'
        ? { type: 'gru', ...common }
        : { type: 'rnn', ...common, nonlinearity };
  return { encoder, inputSize, problems };
}

interface Expected {
  kind: FoundCell['kind'];
  hiddenSize: number;
  inputs: number;
}

function misfits(cell: FoundCell, { kind, hiddenSize, inputs }: Expected): string[] {
  if (cell.kind !== kind) {
    return [
      `"${cell.name}" is a ${cell.kind.toUpperCase()} beside a ${kind.toUpperCase()}: all layers must be of one kind.`,
    ];
  }
  const rows = GATE_COUNTS[kind] * hiddenSize;
  const wanted: [Source | undefined, number[]][] = [
    [cell.weightIh, [rows, inputs]],
    [cell.weightHh, [rows, hiddenSize]],
    [cell.biasIh, [rows]],
    [cell.biasHh, [rows]],
  ];
  return wanted.flatMap(([source, shape]) => {
    const actual = source ? shapeAfter(source) : shape;
    if (actual.length === shape.length && shape.every((size, axis) => size === actual[axis])) return [];
    return [`"${source?.tensor.name}" would be [${actual.join(', ')}], where the layers need [${shape.join(', ')}].`];
  });
}
