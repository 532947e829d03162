// A recurrent model as it was found in a file, before it is known whether it is one of ours.
import type { PoolingName } from '../../../schema/resolved.ts';
import type { NamedTensor } from '../../types.ts';
import type { Step } from './steps.ts';

export type CellKind = 'lstm' | 'gru' | 'rnn';

/** Gates of each cell, which is the number of row blocks of its weights. */
export const GATE_COUNTS: Readonly<Record<CellKind, number>> = { lstm: 4, gru: 3, rnn: 1 };

/** A tensor of the file, and what makes it ours. */
export interface Source {
  tensor: NamedTensor;
  steps: readonly Step[];
}

/** One direction of a layer: weights [G*H, I] and [G*H, H], biases [G*H]. A bias that is absent is zero. */
export interface FoundCell {
  /** What the file calls it, for messages. */
  name: string;
  kind: CellKind;
  weightIh: Source;
  weightHh: Source;
  biasIh?: Source;
  biasHh?: Source;
}

/** A layer of one or two directions. */
export type FoundLayer = readonly [forward: FoundCell, backward?: FoundCell];

/** A dense layer: weight [out, in], bias [out]. */
export interface FoundDense {
  name: string;
  weight: Source;
  bias?: Source;
}

export interface FoundModel {
  layers: FoundLayer[];
  /** Tables [V, E] that could be the embedding. */
  tables: Source[];
  dense: FoundDense[];
  nonlinearity?: 'tanh' | 'relu';
  pooling?: PoolingName;
  /** Weight [1, D] of a layer that gives each token one score. */
  attention?: Source;
  /** Tensors that no result depends on. */
  idle?: NamedTensor[];
  /** Why there can be no model of it here, each with the layer or tensor. */
  problems: string[];
  /** Why a model of it would not compute what it was meant to, each with the layer or tensor. */
  reservations: string[];
  notes: string[];
}

/** Whether a layer or tensor is called an attention. */
export const isAttention = (name: string): boolean => /attention|attn|(^|[._/])att([._/]|$)/i.test(name);

/** Paths in the order of a reader, part by part: `lstm/…` before `lstm_1/…`, layer2 before layer10. */
export function naturally(a: string, b: string): number {
  const [partsA, partsB] = [a.split('/'), b.split('/')];
  const at = partsA.findIndex((part, index) => part !== partsB[index]);
  if (at < 0) return partsA.length - partsB.length;
  return partsA[at].localeCompare(partsB[at] ?? '', 'en', { numeric: true });
}

/** The cell that a matrix of `rows` rows belongs to, by its gates; undefined where it is none. */
export function cellKindOf(rows: number, hiddenSize: number): CellKind | undefined {
  const kinds = Object.keys(GATE_COUNTS) as CellKind[];
  return kinds.find((kind) => GATE_COUNTS[kind] * hiddenSize === rows);
}
