// Recurrent models in Keras' and TensorFlow.js' weights: kernels [I, G*H] of layers by the names of their tensors, in the order of the config
// where there is one, else of their names. Gates: LSTM i f c o (ours), GRU z r h; a GRU's bias is [2, 3H] where the reset gate acts after the
// product (ours). CuDNN layers, of Keras 2, have biases of 2*G*H numbers and kernels in blocks.
import type { NamedTensor } from '../../types.ts';
import {
  cellKindOf,
  type FoundCell,
  type FoundDense,
  type FoundLayer,
  type FoundModel,
  GATE_COUNTS,
  isAttention,
  naturally,
  type Source,
} from './foundModel.ts';
import { differencesOf, type KerasLayer, layersOf, recurrentOf } from './kerasConfig.ts';
import type { Step } from './steps.ts';

const GRU_GATES: Step = { type: 'gates', order: [1, 0, 2], names: 'z r h to r z n' };
/** How Keras names what it numbers: `layers/lstm/cell/vars/0`. */
const NUMBERED = {
  cell: ['kernel', 'recurrent_kernel', 'bias'],
  table: ['embeddings'],
  dense: ['kernel', 'bias'],
} as const;

/** Tensors of one layer or cell by their role: kernel, recurrent_kernel, bias, embeddings. */
interface Unit {
  path: string;
  parts: Map<string, NamedTensor>;
}

/** Finds a model by Keras' names; `config` is the file's, if it has one. */
export function findKerasModel(tensors: readonly NamedTensor[], config: unknown): FoundModel {
  const units = unitsOf(tensors);
  const described = layersOf(config);
  const problems: string[] = [];
  const reservations = (described ?? []).flatMap(differencesOf);
  const cells = inOrder(
    units.filter(({ parts }) => parts.has('recurrent_kernel')),
    described,
  );
  return {
    layers: layersFrom(cells, { problems, reservations }),
    tables: units
      .flatMap(({ parts }) => parts.get('embeddings') ?? [])
      .map((tensor): Source => ({ tensor, steps: [] })),
    dense: units.filter((unit) => !attentionOf(unit)).flatMap(toDense),
    attention: units.flatMap((unit) => attentionOf(unit) ?? [])[0],
    ...factsOf(described),
    problems,
    reservations,
    notes: described
      ? []
      : [
          'The file does not say what its layers compute: the activations that Keras 3 has by default are assumed, and the order of the layers’ names.',
        ],
  };
}

function unitsOf(tensors: readonly NamedTensor[]): Unit[] {
  const units = new Map<string, Unit>();
  for (const tensor of tensors) {
    const segments = tensor.name.replace(/:0$/, '').split('/');
    const leaf = segments.pop()!;
    const path = segments.join('/');
    const unit = units.get(path) ?? { path, parts: new Map<string, NamedTensor>() };
    units.set(path, unit);
    unit.parts.set(leaf, tensor);
  }
  return [...units.values()].map(withRoles);
}

/** Numbered tensors by their roles. */
function withRoles(unit: Unit): Unit {
  const { path, parts } = unit;
  if (!path.endsWith('/vars') && path !== 'vars') return unit;
  const first = parts.get('0');
  const isTable = parts.size === 1 && first?.shape.length === 2 && /embed/i.test(path);
  const roles: readonly string[] = /(^|\/)cell\/vars$/.test(path)
    ? NUMBERED.cell
    : isTable
      ? NUMBERED.table
      : NUMBERED.dense;
  return { path, parts: new Map([...parts].map(([leaf, tensor]) => [roles[Number(leaf)] ?? leaf, tensor])) };
}

/** Units of recurrent cells in the order of the layers, forward before backward. */
function inOrder(cells: readonly Unit[], described: readonly KerasLayer[] | undefined): Unit[] {
  const order = (described ?? []).filter((layer) => recurrentOf(layer)).map(({ name }) => name);
  // Older files name a unit by its layer; newer ones by its class, numbered as the layers are.
  const rank = ({ path }: Unit): number => order.indexOf(path.split('/')[0]);
  return [...cells].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      naturally(layerPath(a.path), layerPath(b.path)) ||
      Number(isBackward(a)) - Number(isBackward(b)),
  );
}

const BACKWARD = /(^|\/)backward_/;
const isBackward = ({ path }: Unit): boolean => BACKWARD.test(path);
/** What both directions of a layer share. */
const layerPath = (path: string): string => path.replace(/(^|\/)(forward|backward)_/g, '$1');

/** What is said of a model while it is found. */
type Sayings = Pick<FoundModel, 'problems' | 'reservations'>;

function layersFrom(cells: readonly Unit[], sayings: Sayings): FoundLayer[] {
  const layers: [FoundCell, FoundCell?][] = [];
  for (const unit of cells) {
    const cell = toCell(unit, sayings);
    if (!cell) continue;
    if (isBackward(unit) && layers.length > 0) layers[layers.length - 1][1] = cell;
    else layers.push([cell]);
  }
  return layers;
}

function toCell({ path, parts }: Unit, sayings: Sayings): FoundCell | undefined {
  const [kernel, recurrent, bias] = [parts.get('kernel'), parts.get('recurrent_kernel')!, parts.get('bias')];
  const [hidden = 0, columns = 0] = recurrent.shape;
  const kind = recurrent.shape.length === 2 ? cellKindOf(columns, hidden) : undefined;
  if (kernel?.shape.length !== 2 || kernel.shape[1] !== columns || !kind) {
    sayings.problems.push(
      `"${recurrent.name}" is [${recurrent.shape.join(', ')}], which with its kernel is of no LSTM, GRU or SimpleRNN.`,
    );
    return undefined;
  }
  const order = kind === 'gru' ? [GRU_GATES] : [];
  const isCudnn = kind !== 'rnn' && bias?.shape.length === 1 && bias.shape[0] === 2 * columns;
  const gates = GATE_COUNTS[kind];
  const weights: [Step, Step] = isCudnn
    ? [
        { type: 'cudnnInput', gates },
        { type: 'cudnnRecurrent', gates },
      ]
    : [{ type: 'transpose' }, { type: 'transpose' }];
  const [weightIh, weightHh] = [kernel, recurrent].map(
    (tensor, index): Source => ({ tensor, steps: [weights[index], ...order] }),
  );
  return { name: path, kind, weightIh, weightHh, ...biasesOf({ kind, columns, order }, bias, sayings) };
}

/** One bias is the input's; of two, stacked or in rows, the second is the recurrent one. */
function biasesOf(
  { kind, columns, order }: { kind: string; columns: number; order: readonly Step[] },
  bias: NamedTensor | undefined,
  { reservations }: Sayings,
): Pick<FoundCell, 'biasIh' | 'biasHh'> {
  if (!bias) return {};
  const half = (part: number): Source => ({ tensor: bias, steps: [{ type: 'part', part, of: 2 }, ...order] });
  if (bias.data.length === 2 * columns) return { biasIh: half(0), biasHh: half(1) };
  if (kind === 'gru') {
    reservations.push(
      `"${bias.name}" is [${bias.shape.join(', ')}], of a GRU whose reset gate acts before the product (reset_after=False): ours acts after it.`,
    );
  }
  return { biasIh: { tensor: bias, steps: [...order] } };
}

/** A layer by that name with one vector of scores [D, 1] and nothing else, as textgenrnn's and DeepMoji's AttentionWeightedAverage. */
function attentionOf({ path, parts }: Unit): Source | undefined {
  const [tensor] = parts.values();
  const isScore = parts.size === 1 && tensor.shape.length === 2 && tensor.shape[1] === 1;
  return isScore && isAttention(path) ? { tensor, steps: [{ type: 'transpose' }] } : undefined;
}

function toDense({ path, parts }: Unit): FoundDense[] {
  const [kernel, bias] = [parts.get('kernel'), parts.get('bias')];
  if (!kernel || parts.has('recurrent_kernel') || kernel.shape.length !== 2) return [];
  return [
    {
      name: path,
      weight: { tensor: kernel, steps: [{ type: 'transpose' }] },
      ...(bias && { bias: { tensor: bias, steps: [] } }),
    },
  ];
}

function factsOf(described: readonly KerasLayer[] | undefined): Pick<FoundModel, 'pooling' | 'nonlinearity'> {
  if (!described) return {};
  const recurrent = described.flatMap((layer) => recurrentOf(layer) ?? []);
  const last = recurrent.at(-1);
  const has = (pattern: RegExp): boolean => described.some(({ className }) => pattern.test(className));
  const pooling = has(/^GlobalMaxPool/)
    ? 'max'
    : has(/^GlobalAverage/)
      ? 'mean'
      : last?.config.return_sequences === false
        ? 'last'
        : undefined;
  const isRelu = last?.className === 'SimpleRNN' && last.config.activation === 'relu';
  return { ...(pooling && { pooling }), ...(isRelu && { nonlinearity: 'relu' }) };
}
