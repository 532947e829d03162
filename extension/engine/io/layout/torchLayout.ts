// Recurrent models in a state_dict: torch.nn.LSTM, GRU and RNN by the names of their parameters, dense layers, and tables.
// Layouts are ours already; what is found here is which tensor is what.
import type { NamedTensor } from '../../types.ts';
import {
  cellKindOf,
  type FoundCell,
  type FoundDense,
  type FoundLayer,
  type FoundModel,
  isAttention,
  naturally,
  type Source,
} from './foundModel.ts';

const RECURRENT = /^(.*?)(weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)_l(\d+)(_reverse)?$/;

const plain = (tensor: NamedTensor): Source => ({ tensor, steps: [] });

/** Finds a model by PyTorch's names. */
export function findTorchModel(tensors: readonly NamedTensor[]): FoundModel {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const problems: string[] = [];
  const cells = new Map<string, Map<string, NamedTensor>>();
  for (const tensor of tensors) {
    const match = RECURRENT.exec(tensor.name);
    if (!match) continue;
    const [, prefix, part, layer, reverse = ''] = match;
    const key = `${prefix}l${layer}${reverse}`;
    if (part === 'weight_hr')
      problems.push(`"${tensor.name}" projects the hidden state (proj_size), which no layer here does.`);
    cells.set(key, (cells.get(key) ?? new Map<string, NamedTensor>()).set(part, tensor));
  }
  const layers = [...cells.keys()]
    .filter((key) => !key.endsWith('_reverse'))
    .sort(naturally)
    .flatMap((key): FoundLayer[] => {
      const forward = toCell(key, cells.get(key), problems);
      const backward = cells.has(`${key}_reverse`)
        ? toCell(`${key}_reverse`, cells.get(`${key}_reverse`), problems)
        : undefined;
      return forward ? [[forward, backward]] : [];
    });
  return { layers, ...tablesAndDense(tensors, byName), problems, reservations: [], notes: [] };
}

function toCell(
  name: string,
  parts: ReadonlyMap<string, NamedTensor> | undefined,
  problems: string[],
): FoundCell | undefined {
  const [weightIh, weightHh] = [parts?.get('weight_ih'), parts?.get('weight_hh')];
  if (!weightIh || !weightHh) {
    problems.push(`"${name}" has only one of its two weights.`);
    return undefined;
  }
  const kind = weightHh.shape.length === 2 ? cellKindOf(weightHh.shape[0], weightHh.shape[1]) : undefined;
  if (!kind) {
    problems.push(`"${weightHh.name}" is [${weightHh.shape.join(', ')}], which is of no LSTM, GRU or RNN.`);
    return undefined;
  }
  const [biasIh, biasHh] = [parts?.get('bias_ih'), parts?.get('bias_hh')];
  return {
    name,
    kind,
    weightIh: plain(weightIh),
    weightHh: plain(weightHh),
    ...(biasIh && { biasIh: plain(biasIh) }),
    ...(biasHh && { biasHh: plain(biasHh) }),
  };
}

/** Matrices that are part of no cell: with a bias of their own they are dense, else tables or dense. */
function tablesAndDense(
  tensors: readonly NamedTensor[],
  byName: ReadonlyMap<string, NamedTensor>,
): Pick<FoundModel, 'tables' | 'dense' | 'attention' | 'idle'> {
  const tables: Source[] = [];
  const dense: FoundDense[] = [];
  let attention: Source | undefined;
  const idle: NamedTensor[] = [];
  for (const tensor of tensors) {
    if (tensor.shape.length !== 2 || RECURRENT.test(tensor.name)) continue;
    const bias = byName.get(tensor.name.replace(/weight$/, 'bias'));
    if (!attention && tensor.shape[0] === 1 && isAttention(tensor.name)) {
      attention = plain(tensor);
      // Softmax takes off whatever is added to all scores.
      const shift = byName.get(tensor.name.replace(/weight$/, 'bias'));
      if (shift && shift !== tensor && shift.data.length === 1) idle.push(shift);
      continue;
    }
    const isDense = bias && bias !== tensor && bias.shape.length === 1 && bias.shape[0] === tensor.shape[0];
    if (isDense) dense.push({ name: tensor.name, weight: plain(tensor), bias: plain(bias) });
    else tables.push(plain(tensor));
  }
  return { tables, dense, attention, idle };
}
