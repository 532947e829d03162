// Searches the data that a request names, and says where in its files the hits are, with the tokens around them.
import { createPieceEncoder } from '../../data/runningText.ts';
import type { EncodedSet, EncodedText } from '../../data/types.ts';
import type { SpanHit } from '../../engine/trace/match.ts';
import type { MatchHit, MatchRequest, MatchResult } from '../../protocol/traceAnalysis.ts';
import type { ResolvedSource } from '../../schema/resolved.ts';
import { configDirOf } from '../../store/runFolder.ts';
import { DataReader, type LoadOptions } from '../dataReader.ts';
import { encodeText } from '../encodeText.ts';
import { loadSet, readTexts } from '../loadData.ts';
import { loadText } from '../loadText.ts';
import { loadRunData, sourceOfSplit } from '../runData.ts';
import type { RunModel } from '../runModel.ts';
import { type Found, type MatchWork, matchSet, matchText, type Selection, selectUnits } from './runMatch.ts';

/** Tokens that are shown on each side of a span. */
const CONTEXT = 10;

type Searched = { source: ResolvedSource } & (
  | { set: EncodedSet }
  /** `offset`: tokens of the source before the text, where it is the held-out end of the training text. */
  | { text: EncodedText; offset: number }
);

/** Throws UserError `match.*`, `trace.*`, `run.dataChanged`, `run.noTestData`, those of reading, and CancelledError. */
export async function selectAndMatch(run: RunModel, request: MatchRequest, work: MatchWork): Promise<MatchResult> {
  const selection = selectUnits(run, request);
  const searched = await openData(run, request.data, loading(work));
  const isText = 'text' in searched;
  const found = isText
    ? await matchText(run, searched.text, selection, work)
    : await matchSet(run, searched.set, selection, work);
  return {
    cells: selection.units,
    hits: isText
      ? await placesInText(run, searched, { found, selection }, work)
      : await placesInSet(run, searched, { found, selection }, work),
    textsRead: isText ? 1 : searched.set.count,
    tokensRead: found.tokensRead,
  };
}

const loading = ({ signal, files }: MatchWork): LoadOptions => ({
  files,
  signal,
  onProgress: () => undefined,
  onLog: () => undefined,
});

async function openData(run: RunModel, data: MatchRequest['data'], options: LoadOptions): Promise<Searched> {
  const { train, test } = run.experiment.data;
  const isText = run.experiment.task === 'languageModel';
  if ('path' in data) {
    const source = { ...(test ?? train), path: data.path };
    const configDir = configDirOf(run.runDir);
    if (isText) return { source, text: (await loadText(source, configDir, run, options)).set, offset: 0 };
    return { source, set: (await loadSet(source, configDir, run, options)).set };
  }
  const source = sourceOfSplit(run, data.split);
  const loaded = await loadRunData(run, options);
  if (loaded.task !== 'languageModel') return { source, set: loaded[data.split] ?? loaded.train };
  const isHeldOut = data.split === 'validation' && 'split' in run.experiment.data.validation;
  return { source, text: loaded[data.split] ?? loaded.train, offset: isHeldOut ? loaded.train.count : 0 };
}

interface Results {
  found: Found;
  selection: Selection;
}

async function placesInSet(
  run: RunModel,
  { source, set }: { source: ResolvedSource; set: EncodedSet },
  { found: { hits }, selection }: Results,
  { files, signal }: MatchWork,
): Promise<MatchHit[]> {
  const reading = { set, indices: hits.map(({ text }) => text) };
  const texts = await readTexts(source, configDirOf(run.runDir), reading, { files, signal });
  return hits.map((hit, at) => {
    const { tokens } = encodeText(run, texts[at]);
    return { ...shown(hit, tokens, selection), ...set.place(hit.text), label: run.labels[set.labels[hit.text]] };
  });
}

/** Finds the lines by counting tokens through the source once more. */
async function placesInText(
  run: RunModel,
  { source, text, offset }: { source: ResolvedSource; text: EncodedText; offset: number },
  { found: { hits }, selection }: Results,
  work: MatchWork,
): Promise<MatchHit[]> {
  const rising = hits.map(({ position }) => offset + position).sort((a, b) => a - b);
  const places = new Map<number, { path: string; line: number }>();
  const encode = createPieceEncoder(run.experiment.text, run.tokenizer);
  const reader = await DataReader.open(
    [source],
    { configDir: configDirOf(run.runDir), ...run.experiment.data },
    loading(work),
  );
  let [end, next] = [0, 0];
  await reader.read(source, ['data'], (piece) => {
    end += encode(piece.text).ids.length;
    for (; next < rising.length && rising[next] < end; next++) {
      places.set(rising[next], { path: piece.path, line: piece.line });
    }
    return undefined;
  });
  return hits.map((hit) => {
    const first = Math.max(0, hit.position - CONTEXT);
    const ids = text.ids.subarray(first, hit.position + selection.pattern.length + CONTEXT);
    const tokens = Array.from(ids, (id) => run.tokenizer.shown(id));
    const place = places.get(offset + hit.position);
    if (!place) throw new Error(`The text has no token ${offset + hit.position}`);
    const { position, ...rest } = shown({ ...hit, position: hit.position - first }, tokens, selection);
    return { ...rest, ...place, position: first + position };
  });
}

/** A hit with the tokens around it. */
function shown(
  { jaccard, count, shared, position }: SpanHit,
  tokens: readonly string[],
  { pattern: { length } }: Selection,
): Omit<MatchHit, 'path' | 'line'> {
  const first = Math.max(0, position - CONTEXT);
  const from = position - first;
  return {
    jaccard,
    count,
    shared,
    tokens: tokens.slice(first, position + length + CONTEXT),
    from,
    to: from + length - 1,
    position,
  };
}
