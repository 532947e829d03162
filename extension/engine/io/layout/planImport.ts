// Which tensor of a file becomes which of ours, before anything is done: a table, and the reasons why a file does not fit.
// Invariant: a plan without problems gives exactly the parameters of the model it describes.
import type { ResolvedEncoder, ResolvedModel } from '../../../schema/resolved.ts';
import { recurrentParameterNames } from '../../params/parameterPlan.ts';
import type { NamedTensor } from '../../types.ts';
import type { WeightsFile } from '../weightsFile.ts';
import { type FoundCell, type FoundDense, type FoundModel, GATE_COUNTS, type Source } from './foundModel.ts';
import { findKerasModel } from './kerasLayout.ts';
import { applySteps, type Step } from './steps.ts';
import { findTorchModel } from './torchLayout.ts';

export interface MappingRow {
  /** Our name. */
  to: string;
  shape: number[];
  /** The file's tensor; absent for zeros. */
  from?: NamedTensor;
  steps: readonly Step[];
}

export interface ImportPlan {
  task: 'classification' | 'languageModel';
  model: ResolvedModel;
  vocabularySize: number;
  /** Absent where the head was not found. */
  classCount?: number;
  rows: MappingRow[];
  /** Why the file does not fit, one sentence each with the tensor. */
  problems: string[];
  notes: string[];
}

export interface ImportChoices {
  /** What a file of weights alone does not say. */
  pooling?: 'last' | 'mean' | 'max';
  nonlinearity?: 'tanh' | 'relu';
  task?: ImportPlan['task'];
}

/** What becomes of a file. Throws nothing: a plan that cannot be carried out says why in `problems`. */
export function planImport(file: WeightsFile, choices: ImportChoices = {}): ImportPlan {
  const found =
    file.format === 'keras' || file.format === 'tfjs'
      ? findKerasModel(file.tensors, file.config)
      : findTorchModel(file.tensors);
  const problems = [...found.problems];
  const notes = [...file.notes, ...found.notes];
  const encoder = encoderOf(found, choices, problems);
  const rows = encoder
    ? found.layers.flatMap((layer, index) => layer.flatMap((cell, direction) => cellRows(cell, index, direction === 1)))
    : [];
  const inputs = found.layers[0] ? shapeAfter(found.layers[0][0].weightIh)[1] : 0;
  const { embedding, vocabularySize } = embeddingOf(found, inputs, problems, notes);
  if (embedding)
    rows.unshift({
      to: 'embedding.weight',
      shape: shapeAfter(embedding),
      from: embedding.tensor,
      steps: embedding.steps,
    });
  const width = encoder ? encoder.hiddenSize * (encoder.bidirectional ? 2 : 1) : 0;
  const head = headOf(found, width, embedding, problems);
  rows.push(...headRows(head));
  problems.push(...leftOver(file.tensors, rows));
  const classCount = head && (rows.at(-1)?.shape[0] ?? 0);
  const task = choices.task ?? (classCount === vocabularySize ? 'languageModel' : 'classification');
  return {
    task,
    model: {
      embedding: embedding ? { size: inputs, dropout: 0, init: { uniform: 0.25 } } : { type: 'oneHot' },
      encoder: encoder ?? { type: 'lstm', hiddenSize: 1, layers: 1, bidirectional: false, dropout: 0, forgetBias: 0 },
      ...(task === 'classification' && { pooling: poolingOf(found, choices, notes) }),
      head: { dropout: 0 },
    },
    vocabularySize,
    ...(classCount !== undefined && { classCount }),
    rows,
    problems,
    notes,
  };
}

/** The tensors of a plan, under our names. */
export function importTensors({ rows }: Pick<ImportPlan, 'rows'>): NamedTensor[] {
  return rows.map(({ to, shape, from, steps }) => {
    const data = from
      ? applySteps(from, steps).data
      : new Float32Array(shape.reduce((product, size) => product * size, 1));
    return { name: to, shape, data };
  });
}

/** The shape of a source after its steps. Steps on shapes alone, as tensors can be large. */
export function shapeAfter({ tensor, steps }: Source): number[] {
  return steps.reduce((shape: number[], step) => {
    switch (step.type) {
      case 'transpose':
      case 'cudnnInput':
      case 'cudnnRecurrent':
        return [shape[1], shape[0]];
      case 'part':
        return [shape.reduce((product, size) => product * size, 1) / step.of];
      case 'zeroRowFirst':
        return [2, ...shape.slice(1)];
      case 'rows':
        return [step.rows.length, ...shape.slice(1)];
      default:
        return shape;
    }
  }, tensor.shape);
}

function poolingOf(found: FoundModel, choices: ImportChoices, notes: string[]): 'last' | 'mean' | 'max' {
  const pooling = choices.pooling ?? found.pooling;
  if (!pooling)
    notes.push('The file does not say how outputs become one vector a text: the last state is assumed (pooling).');
  return pooling ?? 'last';
}

/** The encoder that all layers make together. */
function encoderOf(found: FoundModel, choices: ImportChoices, problems: string[]): ResolvedEncoder | undefined {
  const [first] = found.layers;
  if (!first) {
    if (found.problems.length === 0) problems.push('There is no LSTM, GRU or RNN in the file.');
    return undefined;
  }
  const { kind, weightHh } = first[0];
  const hiddenSize = shapeAfter(weightHh)[1];
  const directions = first[1] ? 2 : 1;
  found.layers.forEach((layer, index) => {
    for (const cell of layer)
      if (cell)
        problems.push(
          ...misfits(cell, { kind, hiddenSize, inputs: index === 0 ? undefined : hiddenSize * directions }),
        );
    if ((layer[1] ? 2 : 1) !== directions)
      problems.push(`"${layer[0].name}" has another number of directions than the first layer.`);
  });
  const common = { hiddenSize, layers: found.layers.length, bidirectional: directions === 2, dropout: 0 };
  if (kind === 'lstm') return { type: 'lstm', ...common, forgetBias: 0 };
  if (kind === 'gru') return { type: 'gru', ...common };
  return { type: 'rnn', ...common, nonlinearity: choices.nonlinearity ?? found.nonlinearity ?? 'tanh' };
}

function misfits(
  cell: FoundCell,
  expected: { kind: string; hiddenSize: number; inputs: number | undefined },
): string[] {
  const { kind, hiddenSize, inputs } = expected;
  const rows = GATE_COUNTS[cell.kind] * hiddenSize;
  if (cell.kind !== kind)
    return [
      `"${cell.name}" is a ${cell.kind.toUpperCase()} after a ${kind.toUpperCase()}: layers must be of one kind.`,
    ];
  const wanted: [Source | undefined, (number | undefined)[]][] = [
    [cell.weightIh, [rows, inputs]],
    [cell.weightHh, [rows, hiddenSize]],
    [cell.biasIh, [rows]],
    [cell.biasHh, [rows]],
  ];
  return wanted.flatMap(([source, shape]) => {
    if (!source) return [];
    const actual = shapeAfter(source);
    const fits =
      actual.length === shape.length && shape.every((size, axis) => size === undefined || size === actual[axis]);
    return fits
      ? []
      : [
          `"${source.tensor.name}" would be [${actual.join(', ')}], where the layers need [${shape.map((size) => size ?? '…').join(', ')}].`,
        ];
  });
}

function cellRows(cell: FoundCell | undefined, layer: number, isReverse: boolean): MappingRow[] {
  if (!cell) return [];
  const rows = shapeAfter(cell.weightIh)[0];
  const sources = [cell.weightIh, cell.weightHh, cell.biasIh, cell.biasHh];
  return recurrentParameterNames(layer, isReverse).map((to, index): MappingRow => {
    const source = sources[index];
    return source
      ? { to, shape: shapeAfter(source), from: source.tensor, steps: source.steps }
      : { to, shape: [rows], steps: [] };
  });
}

/** The table that feeds the first layer; one-hot vectors where there is none and a language model has as many inputs as outputs. */
function embeddingOf(
  { tables }: FoundModel,
  inputs: number,
  problems: string[],
  notes: string[],
): { embedding?: Source; vocabularySize: number } {
  const fitting = tables.filter((table) => shapeAfter(table)[1] === inputs);
  const named = fitting.filter(({ tensor }) => /emb|token|word|lookup/i.test(tensor.name));
  const candidates = named.length > 0 ? named : fitting;
  if (candidates.length === 1) return { embedding: candidates[0], vocabularySize: shapeAfter(candidates[0])[0] };
  if (candidates.length > 1) {
    problems.push(`${candidates.map(({ tensor }) => `"${tensor.name}"`).join(' and ')} could all be the embedding.`);
  } else if (inputs > 0) {
    notes.push(
      `No table has rows of ${inputs} numbers, which the first layer reads: one-hot vectors of as many tokens are assumed.`,
    );
  }
  return { vocabularySize: inputs };
}

/** The dense layer over the encoder's output: the only one there is. */
function headOf(
  found: FoundModel,
  width: number,
  embedding: Source | undefined,
  problems: string[],
): FoundDense | undefined {
  const bare = found.tables
    .filter((table) => table !== embedding)
    .map((weight): FoundDense => ({ name: weight.tensor.name, weight }));
  const all = [...found.dense, ...bare];
  if (all.length > 1) {
    problems.push(
      `There are ${all.length} dense layers (${all.map(({ name }) => `"${name}"`).join(', ')}); a model here has one, the head.`,
    );
    return undefined;
  }
  const [head] = all;
  if (!head) {
    problems.push('There is no dense layer that could be the head.');
    return undefined;
  }
  const shape = shapeAfter(head.weight);
  if (shape[1] === width) return head;
  problems.push(`"${head.weight.tensor.name}" reads ${shape[1]} numbers, but the encoder gives ${width}.`);
  return undefined;
}

function headRows(head: FoundDense | undefined): MappingRow[] {
  if (!head) return [];
  const isSingle = shapeAfter(head.weight)[0] === 1;
  const asClasses = ({ tensor, steps }: Source): Source => ({
    tensor,
    steps: isSingle ? [...steps, { type: 'zeroRowFirst' }] : steps,
  });
  const weight = asClasses(head.weight);
  const bias = head.bias && asClasses(head.bias);
  const [classes] = shapeAfter(weight);
  return [
    { to: 'head.weight', shape: shapeAfter(weight), from: weight.tensor, steps: weight.steps },
    bias
      ? { to: 'head.bias', shape: shapeAfter(bias), from: bias.tensor, steps: bias.steps }
      : { to: 'head.bias', shape: [classes], steps: [] },
  ];
}

function leftOver(tensors: readonly NamedTensor[], rows: readonly MappingRow[]): string[] {
  const used = new Set(rows.map(({ from }) => from));
  return tensors
    .filter((tensor) => !used.has(tensor))
    .map(
      ({ name, shape }) =>
        `"${name}" [${shape.join(', ')}] has no place in a model of embedding, recurrent layers and head.`,
    );
}
