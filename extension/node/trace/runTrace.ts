// The trace of a text with a run's weights, as the inspector and the command line show it.
import { basename } from 'node:path';
import { rangeOf, signalsOf } from '../../engine/trace/signals.ts';
import { embeddingRows } from '../../engine/trace/traceBatch.ts';
import { type NextIds, traceText } from '../../engine/trace/traceText.ts';
import type { SignalName, Trace, TraceRequest, TraceToken } from '../../protocol/trace.ts';
import type { ResolvedEncoder } from '../../schema/resolved.ts';
import type { EncodedTokens } from '../../text/types.ts';
import { UNK_ID } from '../../text/types.ts';
import { UserError } from '../../util/userError.ts';
import { encodeText } from '../encodeText.ts';
import type { RunModel } from '../runModel.ts';
import { classScores } from './classScores.ts';

const MAX_TOKENS = 4096;
/** Numbers in a trace: 256 MiB. */
const MAX_VALUES = 2 ** 26;

/** A text as the model reads it, few enough tokens to look at. */
export interface ReadableText {
  ids: Uint32Array;
  tokens: TraceToken[];
  truncated: number;
}

/** Throws UserError `trace.tooLong`. */
export function readText(run: RunModel, text: string): ReadableText {
  const { ids, tokens, truncated } = encodeText(run, text);
  if (ids.length > MAX_TOKENS) {
    throw new UserError({
      code: 'trace.tooLong',
      message: `The text has ${ids.length} tokens; at most ${MAX_TOKENS} can be traced at once.`,
      remedy: 'Give a shorter passage.',
    });
  }
  return { ids, truncated, tokens: readTokens({ ids, tokens }) };
}

/** Tokens with what the vocabulary has of them. */
export function readTokens({ ids, tokens }: EncodedTokens): TraceToken[] {
  return tokens.map((text, at) => ({ text, id: ids[at], isUnknown: ids[at] === UNK_ID }));
}

/** Throws UserError `trace.*` for what the model does not have, and for more than can be held. */
export function traceRun(run: RunModel, request: Omit<TraceRequest, 'runDir' | 'epoch'>): Trace {
  const { model, tokenizer } = run;
  const { encoder, embedding } = model.shape.model;
  const { layers, signals } = chooseLayersAndSignals(encoder, request);
  const read = readText(run, request.text);
  checkVolume(run, read.ids.length * layers.length * signals.length);
  const traced = traceText(model, read.ids, { layers, signals, topK: request.topK });
  return {
    runId: basename(run.runDir),
    epoch: run.epoch,
    text: request.text,
    cell: encoder.type,
    hiddenSize: encoder.hiddenSize,
    layerCount: encoder.layers,
    directionCount: encoder.bidirectional ? 2 : 1,
    tokens: read.tokens,
    truncated: read.truncated,
    signals: signals.map((name) => ({ name, range: rangeOf(name, encoder) })),
    layers: traced.layers,
    ...('type' in embedding ? {} : { embeddings: embeddingRows(model, read.ids), embeddingSize: embedding.size }),
    pooled: traced.pooled,
    attention: traced.attention,
    classes: traced.logits && classScores(run.labels, traced.logits),
    nextTokens: traced.next?.map(({ ids, probabilities, ofActual }: NextIds) => ({
      top: ids.map((id, at) => ({ token: tokenizer.shown(id), probability: probabilities[at] })),
      ofActual,
    })),
  };
}

/** Layers and signals asked for, each once and in the model's order. Throws UserError `trace.noLayer`, `trace.noSignal`. */
export function chooseLayersAndSignals(
  encoder: ResolvedEncoder,
  asked: Pick<TraceRequest, 'layers' | 'signals'>,
): { layers: number[]; signals: SignalName[] } {
  const layers = Array.from({ length: encoder.layers }, (_, layer) => layer);
  const signals = signalsOf(encoder.type);
  for (const layer of asked.layers ?? []) if (!layers.includes(layer)) throw noLayer(layer, encoder.layers);
  for (const name of asked.signals ?? []) {
    if (signals.includes(name)) continue;
    throw new UserError({
      code: 'trace.noSignal',
      message: `The model’s cells are ${encoder.type.toUpperCase()}s: they have no signal "${name}".`,
      remedy: `Choose from ${signals.join(', ')}.`,
    });
  }
  return {
    layers: asked.layers ? layers.filter((layer) => asked.layers?.includes(layer)) : layers,
    signals: signals.filter((name) => asked.signals?.includes(name) ?? true),
  };
}

function noLayer(layer: number, count: number): UserError {
  return new UserError({
    code: 'trace.noLayer',
    message: `The model has no layer ${layer}.`,
    remedy: count === 1 ? 'Its only layer is 0.' : `Its layers are 0 to ${count - 1}.`,
  });
}

function checkVolume({ model }: RunModel, rows: number): void {
  const { hiddenSize, bidirectional } = model.shape.model.encoder;
  if (rows * hiddenSize * (bidirectional ? 2 : 1) <= MAX_VALUES) return;
  throw new UserError({
    code: 'trace.tooMuch',
    message: `The trace would hold more than ${MAX_VALUES.toLocaleString('en-US')} numbers.`,
    remedy: 'Ask for fewer layers or signals, or give a shorter text.',
  });
}

/** Throws UserError `trace.noLayer`, `trace.noDirection`. */
export function checkPlace({ model }: RunModel, { layer, direction }: { layer: number; direction: number }): void {
  const { layers, bidirectional } = model.shape.model.encoder;
  if (!(Number.isInteger(layer) && layer >= 0 && layer < layers)) throw noLayer(layer, layers);
  if (direction === 0 || (direction === 1 && bidirectional)) return;
  throw new UserError({
    code: 'trace.noDirection',
    message: bidirectional ? `There is no direction ${direction}.` : 'The model reads in one direction only.',
    remedy: bidirectional ? 'Choose 0 (forward) or 1 (backward).' : 'Choose direction 0.',
  });
}
