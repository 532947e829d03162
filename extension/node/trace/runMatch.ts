// Select and match over the data of a run: the units that are on through a span of a text, and the places in the data where they are again.
// Memory is 8 bytes a token of the data: its ids and the scores of its spans.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EncodedSet, EncodedText, FileSource } from '../../data/types.ts';
import { createBatchOf } from '../../engine/layers/batch.ts';
import type { CarriedState } from '../../engine/tasks/task.ts';
import { createTextStreams } from '../../engine/tasks/textStreams.ts';
import {
  BestSpans,
  type SpanHit,
  type SpanPattern,
  SpanScanner,
  type SpanScores,
  unitsOn,
} from '../../engine/trace/match.ts';
import { type BatchTrace, traceBatch } from '../../engine/trace/traceBatch.ts';
import { traceText } from '../../engine/trace/traceText.ts';
import type { MatchProgress, MatchRequest } from '../../protocol/traceAnalysis.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { RunModel } from '../runModel.ts';
import { checkPlace, chooseLayersAndSignals, readText } from './runTrace.ts';

/** Tokens that are traced at once: others get a turn in between. */
const BATCH_TOKENS = 2048;
/** Parts of running text that are read side by side; a span never reaches from one into the next. */
const STREAMS = 32;
const WINDOW = 64;

export type MatchQuery = Omit<MatchRequest, 'runDir' | 'epoch' | 'requestId' | 'data'>;

export interface MatchWork {
  files: FileSource;
  signal: AbortSignal;
  onProgress(progress: Omit<MatchProgress, 'requestId'>): void;
}

/** What searching in memory needs. */
export type Searching = Omit<MatchWork, 'files'>;

export interface Selection {
  query: MatchQuery;
  pattern: SpanPattern;
  /** Units that are on through the selected span, rising. */
  units: Uint32Array;
}

/** What is searched for. Throws UserError `match.*`, `trace.*`. */
export function selectUnits(run: RunModel, query: MatchQuery): Selection {
  checkPlace(run, query);
  const { encoder } = run.model.shape.model;
  chooseLayersAndSignals(encoder, { signals: [query.signal] });
  const { ids } = readText(run, query.text);
  const { from, to, threshold, isOffLeft = false, isOffRight = false } = query;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to < ids.length)) {
    throw new UserError({
      code: 'match.span',
      message: `Tokens ${from} to ${to} are no span of a text of ${ids.length} token${ids.length === 1 ? '' : 's'}.`,
      remedy: `Choose a first and a last token from 0 to ${ids.length - 1}.`,
    });
  }
  const pattern = { threshold, length: to - from + 1, isOffLeft, isOffRight };
  const { layers } = traceText(run.model, ids, { layers: [query.layer], signals: [query.signal], topK: 0 });
  const values = layers[0][query.direction].signals[query.signal] as Float32Array;
  const units = unitsOn(values, encoder.hiddenSize, from, pattern);
  if (units.length > 0) return { query, pattern, units };
  throw new UserError({
    code: 'match.noUnits',
    message: `No unit’s ${query.signal} is at least ${threshold} at all of these tokens.`,
    remedy: 'Lower the threshold, choose a shorter span, or drop the condition of being off beside it.',
  });
}

export interface Found {
  hits: readonly SpanHit[];
  tokensRead: number;
}

/** The best places of a set of texts. Throws CancelledError. */
export async function matchSet(run: RunModel, set: EncodedSet, selection: Selection, work: Searching): Promise<Found> {
  const { pattern, units, query } = selection;
  const hiddenSize = run.model.shape.model.encoder.hiddenSize;
  const best = new BestSpans(query.top ?? 50);
  const totalTokens = Array.from({ length: set.count }, (_, at) => set.length(at)).reduce(
    (sum, length) => sum + length,
    0,
  );
  let tokensRead = 0;
  for (let from = 0; from < set.count; ) {
    const indices = nextTexts(set, from);
    from += indices.length;
    const batch = createBatchOf(set, indices);
    const values = tracedSignal(traceBatch(run.model, batch, selected(query)), query);
    for (const [row, text] of indices.entries()) {
      const [start, length] = [batch.layout.offsets[row], batch.layout.lengths[row]];
      const scores = emptyScores(length);
      const scanner = new SpanScanner(pattern, { selected: units, hiddenSize, scores });
      scanner.add(values.subarray(start * hiddenSize, (start + length) * hiddenSize));
      scanner.end();
      best.add(text, scores, { selected: units.length, length: pattern.length });
      tokensRead += length;
    }
    await takeTurn(work, tokensRead, totalTokens);
  }
  return { hits: best.hits, tokensRead };
}

/** The best places of running text, as if each of its streams were a text; `position` counts in the whole. Throws CancelledError. */
export async function matchText(
  run: RunModel,
  text: EncodedText,
  selection: Selection,
  work: Searching,
): Promise<Found> {
  const { pattern, units, query } = selection;
  const { hiddenSize } = run.model.shape.model.encoder;
  const streamLength = Math.ceil((text.count - 1) / STREAMS);
  const streams = createTextStreams(text, STREAMS, WINDOW);
  const scores = emptyScores(text.count);
  const scanners: SpanScanner[] = [];
  let state: CarriedState | undefined;
  let tokensRead = 0;
  for (let index = 0; index < streams.windowCount; index++) {
    const { batch } = streams.window(index);
    const { batchSize, offsets, lengths, tokenCount } = batch.layout;
    const trace = traceBatch(run.model, batch, { ...selected(query), initial: state });
    state = trace.final;
    const values = tracedSignal(trace, query);
    for (let stream = 0; stream < batchSize; stream++) {
      scanners[stream] ??= new SpanScanner(pattern, {
        selected: units,
        hiddenSize,
        scores: partOf(scores, stream * streamLength, streamLength),
      });
      scanners[stream].add(
        values.subarray(offsets[stream] * hiddenSize, (offsets[stream] + lengths[stream]) * hiddenSize),
      );
    }
    tokensRead += tokenCount;
    await takeTurn(work, tokensRead, text.count);
  }
  for (const scanner of scanners) scanner.end();
  const best = new BestSpans(query.top ?? 50);
  best.add(0, scores, { selected: units.length, length: pattern.length });
  return { hits: best.hits, tokensRead };
}

const selected = ({ layer, signal }: MatchQuery) => ({ layers: [layer], signals: [signal] });

function tracedSignal({ layers }: BatchTrace, query: MatchQuery): Float32Array {
  return layers[0][query.direction].signals[query.signal] as Float32Array;
}

const emptyScores = (length: number): SpanScores => ({
  count: new Uint16Array(length),
  shared: new Uint16Array(length),
});

const partOf = ({ count, shared }: SpanScores, from: number, length: number): SpanScores => ({
  count: count.subarray(from, from + length),
  shared: shared.subarray(from, from + length),
});

/** The next texts, about BATCH_TOKENS of them and at least one. */
function nextTexts(set: EncodedSet, from: number): number[] {
  const indices = [from];
  let tokens = set.length(from);
  for (let at = from + 1; at < set.count && tokens + set.length(at) <= BATCH_TOKENS; at++) {
    indices.push(at);
    tokens += set.length(at);
  }
  return indices;
}

async function takeTurn({ signal, onProgress }: Searching, tokensRead: number, total: number): Promise<void> {
  onProgress({ tokensRead, fraction: Math.min(1, tokensRead / Math.max(1, total)) });
  await nextTurn();
  if (signal.aborted) throw new CancelledError();
}
