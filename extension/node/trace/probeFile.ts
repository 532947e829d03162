// Stored traces of probes: a safetensors file an epoch, with 16 bits a number. Not stored is what follows from what is: of an LSTM
// tanh(c) and h = o · tanh(c). Tensors are named `0.layer1.forward.f`: the probe, then as in an exported trace.
import { decodeSafetensors, type EncodableTensor, encodeSafetensors } from '../../engine/io/safetensors.ts';
import { quantisationError, quantise, type Range, restore, symmetricRange } from '../../engine/trace/quantise.ts';
import { signalsOf } from '../../engine/trace/signals.ts';
import type { Direction, DirectionTrace, NextTokens, RecurrentCell, SignalName, Trace } from '../../protocol/trace.ts';
import { isProbeNumbers, type ProbeIndex, type ProbeNumbers } from '../../schema/probes.ts';
import { UserError } from '../../util/userError.ts';
import { classScores } from './classScores.ts';
import { signalPlace } from './signalPlace.ts';

/** What is stored of each cell; the rest follows. */
export const STORED_SIGNALS: Readonly<Record<RecurrentCell, readonly SignalName[]>> = {
  lstm: ['i', 'f', 'g', 'o', 'c'],
  gru: ['r', 'z', 'n', 'h'],
  rnn: ['h'],
};
const METADATA_KEY = 'probes';
export const BITS = 16;

/** What is known of one probe after an epoch. */
export interface ProbeTrace {
  layers: DirectionTrace[][];
  pooled?: Float32Array;
  attention?: Float32Array;
  logits?: Float32Array;
  next?: NextTokens[];
}

/** The bytes of an epoch's file. All values must be finite. */
export function encodeProbes(index: ProbeIndex, traces: readonly ProbeTrace[]): Uint8Array<ArrayBuffer> {
  const tensors: EncodableTensor[] = [];
  const nextTokens = traces.flatMap(({ next }) => (next ? [next] : []));
  const numbers: ProbeNumbers = { ranges: {}, ...(nextTokens.length > 0 ? { next: nextTokens } : {}) };
  for (const [probe, { layers, pooled, attention, logits }] of traces.entries()) {
    const tokens = index.probes[probe].tokens.length;
    for (const own of layers.flat()) {
      for (const signal of STORED_SIGNALS[index.cell]) {
        const name = tensorName(probe, own, signal);
        const values = own.signals[signal] as Float32Array;
        const range = fixedRange(index, signal) ?? symmetricRange(values);
        numbers.ranges[name] = [...range] as [number, number];
        tensors.push({ name, shape: [tokens, index.hiddenSize], data: quantise(values, range) });
      }
    }
    if (pooled) tensors.push({ name: `${probe}.pooled`, shape: [pooled.length], data: pooled });
    if (attention) tensors.push({ name: `${probe}.attention`, shape: [attention.length], data: attention });
    if (logits) tensors.push({ name: `${probe}.logits`, shape: [logits.length], data: logits });
  }
  return encodeSafetensors(tensors, { [METADATA_KEY]: JSON.stringify(numbers) });
}

function tensorName(probe: number, { layer, direction }: { layer: number; direction: Direction }, signal: SignalName) {
  return `${probe}.${signalPlace(layer, direction, signal)}`;
}

/** The range of a signal that has one. */
function fixedRange({ isUnbounded }: ProbeIndex, signal: SignalName): Range | undefined {
  if (signal === 'c' || (signal === 'h' && isUnbounded)) return undefined;
  return signal === 'g' || signal === 'n' || signal === 'h' ? [-1, 1] : [0, 1];
}

/** One probe out of an epoch's file. Throws UserError `probes.unreadable`, and those of safetensors. */
export function decodeProbe(
  bytes: Uint8Array,
  index: ProbeIndex,
  probe: number,
): Pick<Trace, 'layers' | 'pooled' | 'attention' | 'classes' | 'nextTokens' | 'quantisation'> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const numbers = parseNumbers(metadata[METADATA_KEY]);
  const size = index.probes[probe].tokens.length * index.hiddenSize;
  const maxError: Partial<Record<SignalName, number>> = {};
  const read = (name: string, signal: SignalName): Float32Array => {
    const [tensor, range] = [byName.get(name), numbers.ranges[name]];
    if (!tensor || !range || tensor.data.length !== size) throw unreadable(`it has no whole ${name}`);
    maxError[signal] = Math.max(maxError[signal] ?? 0, quantisationError(range));
    return restore(tensor.data, range);
  };
  const layers = Array.from({ length: index.layers }, (_, layer) =>
    Array.from({ length: index.directions }, (_, at): DirectionTrace => {
      const place = { layer, direction: at as Direction };
      const stored = STORED_SIGNALS[index.cell].map((signal) => [
        signal,
        read(tensorName(probe, place, signal), signal),
      ]);
      return { ...place, signals: withDerived(index.cell, Object.fromEntries(stored)) };
    }),
  );
  const logits = byName.get(`${probe}.logits`)?.data;
  if (logits && logits.length !== index.labels.length) throw unreadable('its logits are not those of the labels');
  return {
    layers,
    pooled: byName.get(`${probe}.pooled`)?.data,
    attention: byName.get(`${probe}.attention`)?.data,
    classes: logits && classScores(index.labels, logits),
    nextTokens: numbers.next?.[probe],
    quantisation: { bits: BITS, maxError: withDerivedErrors(index.cell, maxError) },
  };
}

/** All signals of the cell, in their order. */
function withDerived(cell: RecurrentCell, stored: DirectionTrace['signals']): DirectionTrace['signals'] {
  if (cell !== 'lstm') return stored;
  const { c, o } = stored as Record<'c' | 'o', Float32Array>;
  const tanhC = c.map(Math.tanh);
  const all: DirectionTrace['signals'] = { ...stored, tanhC, h: tanhC.map((value, at) => value * o[at]) };
  return Object.fromEntries(signalsOf(cell).map((name) => [name, all[name]]));
}

/** tanh moves by no more than its argument, and |o|, |tanh(c)| are at most 1; one rounding each is added. */
function withDerivedErrors(cell: RecurrentCell, errors: Partial<Record<SignalName, number>>): typeof errors {
  if (cell !== 'lstm') return errors;
  const { c = 0, o = 0 } = errors;
  return { ...errors, tanhC: c + 3e-7, h: c + o + 4e-7 };
}

function parseNumbers(text: string | undefined): ProbeNumbers {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw unreadable('it does not say the ranges of its numbers');
  }
  if (!isProbeNumbers(value)) throw unreadable('it does not say the ranges of its numbers');
  return value;
}

export function unreadable(why: string, path?: string): UserError {
  return new UserError({
    code: 'probes.unreadable',
    message: `The stored probes cannot be read: ${why}.`,
    remedy: 'Train again to store them anew.',
    ...(path === undefined ? {} : { place: { path } }),
  });
}
