// Which tensor of a file becomes which of ours, before anything is done: a table, and the reasons why a file does not fit.
// Invariant: a plan without problems and reservations gives exactly the parameters of the model it describes.

import { ATTENTION_WEIGHT, EMBEDDING_WEIGHT, recurrentParameterNames } from '../../../schema/parameterNames.ts';
import type { PoolingName, ResolvedModel } from '../../../schema/resolved.ts';
import type { NamedTensor } from '../../types.ts';
import type { WeightsFile } from '../weightsFile.ts';
import { planEncoder } from './encoderPlan.ts';
import type { FoundCell, FoundDense, FoundModel, Source } from './foundModel.ts';
import { findKerasModel } from './kerasLayout.ts';
import { type Below, planPooling, readsOther, widthOf } from './poolingPlan.ts';
import { applySteps, type Step, shapeAfter } from './steps.ts';
import { findTorchModel } from './torchLayout.ts';

const NO_ENCODER = { type: 'lstm', hiddenSize: 1, layers: 1, bidirectional: false, dropout: 0, forgetBias: 0 } as const;

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
  /** Why there can be no model of it here, one sentence each with the tensor. */
  problems: string[];
  /** Why a model of it would not be the whole model, or compute something else. */
  reservations: string[];
  notes: string[];
}

export interface ImportChoices {
  /** What a file of weights alone does not say. */
  pooling?: PoolingName;
  nonlinearity?: 'tanh' | 'relu';
  task?: ImportPlan['task'];
}

/** What becomes of a file. Throws nothing: a plan that cannot be carried out says why. */
export function planImport(file: WeightsFile, choices: ImportChoices = {}): ImportPlan {
  const found = findModel(file);
  const nonlinearity = choices.nonlinearity ?? file.nonlinearity ?? found.nonlinearity ?? 'tanh';
  const { encoder = NO_ENCODER, inputSize, problems } = planEncoder(found.layers, nonlinearity);
  const table = chooseTable(found, inputSize);
  const below = { encoder, inputSize };
  const head = chooseHead(found, below, table.embedding);
  const pooling = planPooling(found, below, choices);
  const rows = [
    ...(table.embedding ? [rowOf(EMBEDDING_WEIGHT, table.embedding)] : []),
    ...found.layers.flatMap((layer, index) =>
      layer.flatMap((cell, direction) => (cell ? cellRows(cell, index, direction === 1) : [])),
    ),
    ...(pooling.attention ? [rowOf(ATTENTION_WEIGHT, pooling.attention)] : []),
    ...(head.dense ? headRows(head.dense) : []),
  ];
  const vocabularySize = table.embedding ? shapeAfter(table.embedding)[0] : inputSize;
  const classCount = head.dense && rows.at(-1)!.shape[0];
  const isWriter = !pooling.attention && classCount === vocabularySize;
  const task = choices.task ?? (isWriter ? 'languageModel' : 'classification');
  const isPooled = task === 'classification';
  const reservations = [...found.reservations, ...pooling.reservations, ...head.reservations];
  const placed = new Set([...rows.map(({ from }) => from), ...pooling.idle]);
  return {
    task,
    model: {
      embedding: table.embedding ? { size: inputSize, dropout: 0, init: { uniform: 0.25 } } : { type: 'oneHot' },
      encoder,
      ...(isPooled && { pooling: pooling.kind }),
      head: { dropout: 0 },
    },
    vocabularySize,
    ...(classCount !== undefined && { classCount }),
    rows,
    problems: [
      ...(found.problems.length > 0 && found.layers.length === 0 ? [] : problems),
      ...found.problems,
      ...table.problems,
    ],
    reservations: [...reservations, ...leftOver(file.tensors, placed, reservations)],
    notes: [...file.notes, ...found.notes, ...table.notes, ...(isPooled ? pooling.notes : [])],
  };
}

function findModel({ format, tensors, config }: WeightsFile): FoundModel {
  return format === 'keras' || format === 'tfjs' ? findKerasModel(tensors, config) : findTorchModel(tensors);
}

/** The tensors of a plan, under our names. */
export function importTensors({ rows }: Pick<ImportPlan, 'rows'>): NamedTensor[] {
  return rows.map(({ to, shape, from, steps }) => {
    const zeros = (): Float32Array => new Float32Array(shape.reduce((product, size) => product * size, 1));
    return { name: to, shape, data: from ? applySteps(from, steps).data : zeros() };
  });
}

/** The plan with the rows of tokens in another order: those of the embedding, and of a language model's head. See Step `rows`. */
export function withTokenRows(plan: ImportPlan, rows: readonly number[]): ImportPlan {
  const isByToken = ({ to }: MappingRow): boolean =>
    to === EMBEDDING_WEIGHT || (plan.task === 'languageModel' && to.startsWith('head.'));
  return {
    ...plan,
    vocabularySize: rows.length,
    ...(plan.task === 'languageModel' && plan.classCount !== undefined && { classCount: rows.length }),
    rows: plan.rows.map((row) =>
      isByToken(row)
        ? {
            ...row,
            shape: [rows.length, ...row.shape.slice(1)],
            steps: [...row.steps, { type: 'rows', rows } as const],
          }
        : row,
    ),
  };
}

function rowOf(to: string, { tensor, steps }: Source): MappingRow {
  return { to, shape: shapeAfter({ tensor, steps }), from: tensor, steps };
}

function cellRows(cell: FoundCell, layer: number, isReverse: boolean): MappingRow[] {
  const count = shapeAfter(cell.weightIh)[0];
  const sources = [cell.weightIh, cell.weightHh, cell.biasIh, cell.biasHh];
  return recurrentParameterNames(layer, isReverse).map((to, index): MappingRow => {
    const source = sources[index];
    return source ? rowOf(to, source) : { to, shape: [count], steps: [] };
  });
}

/** The table that feeds the first layer; one-hot vectors where there is none. */
function chooseTable(
  { tables }: FoundModel,
  inputSize: number,
): { embedding?: Source; problems: string[]; notes: string[] } {
  const fitting = tables.filter((table) => shapeAfter(table)[1] === inputSize);
  const named = fitting.filter(({ tensor }) => /emb|token|word|lookup/i.test(tensor.name));
  const candidates = named.length > 0 ? named : fitting;
  if (candidates.length === 1) return { embedding: candidates[0], problems: [], notes: [] };
  if (candidates.length > 1) {
    const names = candidates.map(({ tensor }) => `"${tensor.name}"`).join(' and ');
    return { problems: [`${names} could all be the embedding.`], notes: [] };
  }
  const note = `No table has rows of ${inputSize} numbers, which the first layer reads: one-hot vectors of as many tokens are assumed.`;
  return { problems: [], notes: inputSize > 0 ? [note] : [] };
}

/** The dense layer over the encoder's output: the only one there is. */
function chooseHead(
  { dense, tables }: FoundModel,
  { encoder, inputSize }: Below,
  embedding: Source | undefined,
): { dense?: FoundDense; reservations: string[] } {
  const bare = tables.filter((table) => table !== embedding);
  const all = [...dense, ...bare.map((weight): FoundDense => ({ name: weight.tensor.name, weight }))];
  const [head] = all;
  if (!head) return { reservations: ['There is no dense layer that could be the head.'] };
  if (all.length > 1) {
    const names = all.map(({ name }) => `"${name}"`).join(', ');
    return { reservations: [`There are ${all.length} dense layers (${names}); a model here has one, the head.`] };
  }
  const [, inputs] = shapeAfter(head.weight);
  if (inputs === widthOf(encoder)) return { dense: head, reservations: [] };
  return { reservations: [readsOther(head.weight, { encoder, inputSize })] };
}

/** One output with a sigmoid is two classes: a softmax over 0 and it. */
function headRows({ weight, bias }: FoundDense): MappingRow[] {
  const isSingle = shapeAfter(weight)[0] === 1;
  const row = (to: string, { tensor, steps }: Source): MappingRow =>
    rowOf(to, { tensor, steps: isSingle ? [...steps, { type: 'zeroRowFirst' }] : steps });
  const weights = row('head.weight', weight);
  return [weights, bias ? row('head.bias', bias) : { to: 'head.bias', shape: [weights.shape[0]], steps: [] }];
}

/** Tensors that have no place and of which nothing has been `said` yet. */
function leftOver(
  tensors: readonly NamedTensor[],
  placed: ReadonlySet<NamedTensor | undefined>,
  said: readonly string[],
): string[] {
  return tensors
    .filter((tensor) => !placed.has(tensor) && !said.some((reason) => reason.startsWith(`"${tensor.name}"`)))
    .map(
      ({ name, shape }) =>
        `"${name}" [${shape.join(', ')}] has no place in a model of embedding, recurrent layers, pooling and head.`,
    );
}
