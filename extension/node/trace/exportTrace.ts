// A trace as a file: safetensors, NumPy's .npz, or a CSV with a line a cell.
import { encodeNpz, type NpzArray } from '../../engine/io/export/npzWriter.ts';
import { encodeSafetensors } from '../../engine/io/safetensors.ts';
import type { NamedTensor } from '../../engine/types.ts';
import type { DirectionTrace, SignalName, Trace, TraceFormat } from '../../protocol/trace.ts';
import { DIRECTION_NAMES, signalPlace } from './signalPlace.ts';

/** The bytes of a file in this format. */
export function exportTrace(trace: Trace, format: TraceFormat): Uint8Array {
  switch (format) {
    case 'safetensors':
      return encodeSafetensors(tensorsOf(trace), metadataOf(trace));
    case 'npz':
      return encodeNpz(arraysOf(trace));
    case 'csv':
      return Buffer.from(csvOf(trace));
  }
}

/** `layer0.forward.f` [T, H], …, `embeddings` [T, E], `pooled` [D], `attention` [T], `logits` [C]. */
function tensorsOf(trace: Trace): NamedTensor[] {
  const { hiddenSize, tokens, embeddings, embeddingSize = 0, pooled, attention, classes } = trace;
  const tensors = trace.layers.flat().flatMap(({ layer, direction, signals }) =>
    Object.entries(signals).map(([name, data]) => ({
      name: signalPlace(layer, direction, name),
      shape: [tokens.length, hiddenSize],
      data,
    })),
  );
  if (embeddings) tensors.push({ name: 'embeddings', shape: [tokens.length, embeddingSize], data: embeddings });
  if (pooled) tensors.push({ name: 'pooled', shape: [pooled.length], data: pooled });
  if (attention) tensors.push({ name: 'attention', shape: [attention.length], data: attention });
  if (classes) {
    const data = Float32Array.from(classes, ({ logit }) => logit);
    tensors.push({ name: 'logits', shape: [data.length], data });
  }
  return tensors;
}

function metadataOf({ runId, epoch, text, cell, tokens, classes }: Trace): Record<string, string> {
  return {
    run: runId,
    ...(epoch === undefined ? {} : { epoch: String(epoch) }),
    cell,
    text,
    tokens: JSON.stringify(tokens.map((token) => token.text)),
    ...(classes ? { labels: JSON.stringify(classes.map(({ label }) => label)) } : {}),
  };
}

function arraysOf(trace: Trace): NpzArray[] {
  const texts: NpzArray[] = [{ name: 'tokens', texts: trace.tokens.map(({ text }) => text) }];
  if (trace.classes) texts.push({ name: 'labels', texts: trace.classes.map(({ label }) => label) });
  return [...texts, ...tensorsOf(trace)];
}

function csvOf({ layers, tokens, signals, hiddenSize }: Trace): string {
  const names = signals.map(({ name }) => name);
  const lines = [['layer', 'direction', 'unit', 'position', 'token', ...names].join(',')];
  for (const own of layers.flat()) {
    for (let unit = 0; unit < hiddenSize; unit++) {
      for (const [position, { text }] of tokens.entries()) {
        const place = [own.layer, DIRECTION_NAMES[own.direction], unit, position, quoted(text)];
        lines.push([...place, ...valuesAt(own, names, position * hiddenSize + unit)].join(','));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

function valuesAt({ signals }: DirectionTrace, names: readonly SignalName[], at: number): number[] {
  return names.map((name) => (signals[name] as Float32Array)[at]);
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
