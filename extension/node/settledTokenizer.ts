// What cuts the texts of an experiment, as far as it is settled before the data is read: the tokenizer of a file or of known weights, and the segmenter.
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataError } from '../data/dataError.ts';
import type { KnownText } from '../data/trainingSet.ts';
import { isSubword, type ResolvedExperiment, type SubwordType } from '../schema/resolved.ts';
import type { Turn } from '../text/subword/learning.ts';
import { openTokenizerFile } from '../text/tokenizer.ts';
import type { Tokenizer } from '../text/types.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { loadSegmenter } from './segmenter.ts';

const MAX_FILE_BYTES = 64 * 2 ** 20;
const CONFIG_PATH = ['text', 'tokenizer', 'file'];
const MODELS: Readonly<Record<SubwordType, string>> = { bpe: 'BPE', wordpiece: 'WordPiece', unigram: 'Unigram' };

/** Throws DataError `tokenizer.*`. */
export async function settleText(
  { text }: ResolvedExperiment,
  configDir: string,
  { vocabulary, onLog }: Pick<LoadOptions, 'vocabulary' | 'onLog'>,
): Promise<KnownText> {
  await loadSegmenter(text.tokenizer);
  const known = vocabulary?.mode === 'data' ? undefined : vocabulary;
  if ('file' in text.tokenizer) {
    if (known?.mode === 'source' && known.tokenizer) return { tokenizer: known.tokenizer };
    return { tokenizer: await readTokenizerFile(resolve(configDir, text.tokenizer.file), onLog) };
  }
  const { type } = text.tokenizer;
  // Subwords spell every word: what another vocabulary learned needs no new ones.
  if (isSubword(type) && known?.tokenizer?.model === MODELS[type]) return { tokenizer: known.tokenizer };
  return { vocabulary };
}

/** A tokenizer.json of anyone. Throws DataError `tokenizer.*`. */
export async function readTokenizerFile(path: string, onLog: LoadOptions['onLog']): Promise<Tokenizer> {
  try {
    const { tokenizer, differing } = openTokenizerFile(await readLimited(path));
    if (differing.length > 0) onLog('warning', describeDiffering(path, differing));
    return tokenizer;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw atKey(error, path);
  }
}

/** What of a file may give other ids than Python does, in words. */
export function describeDiffering(path: string, differing: readonly string[]): string {
  return `${path} has ${differing.join(', ')}: on rare characters it may give other tokens here than in Python.`;
}

async function readLimited(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    throw new UserError({
      code: 'tokenizer.missing',
      message: `There is no file ${path}.`,
      remedy: 'Give the path of a tokenizer.json; in a config it is relative to the config.',
    });
  }
  if (found.size > MAX_FILE_BYTES) {
    throw new UserError({
      code: 'tokenizer.unreadable',
      message: `${path} has ${found.size} bytes; a tokenizer.json has at most ${MAX_FILE_BYTES}.`,
      remedy: 'Give a tokenizer.json.',
    });
  }
  return readFile(path, 'utf8');
}

function atKey({ code, message, remedy, cause }: UserError, path: string): DataError {
  return new DataError({ code, message, remedy, cause, place: { path }, configPath: CONFIG_PATH });
}

/** While a vocabulary is learned: others get their turn, and it can be cancelled; long ones are heard of. */
export function learningTurn({ signal, onLog }: Pick<LoadOptions, 'signal' | 'onLog'>): Turn {
  const startedAtMs = performance.now();
  let [turnedAtMs, saidAtMs] = [startedAtMs, startedAtMs];
  return async (completed) => {
    const nowMs = performance.now();
    if (nowMs - turnedAtMs < TURN_AFTER_MS) return;
    await nextTurn();
    turnedAtMs = performance.now();
    if (signal.aborted) throw new CancelledError();
    if (nowMs - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = nowMs;
    onLog('info', `The tokenizer is learned: ${Math.round(100 * completed)} %.`);
  };
}

const TURN_AFTER_MS = 30;
const SAY_EVERY_MS = 2000;
