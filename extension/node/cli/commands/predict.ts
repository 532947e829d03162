// gatescope predict: class probabilities of texts given as arguments, in a file (one a line), or on stdin.
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decodeFile, settleEncoding } from '../../../data/decode.ts';
import { readLines } from '../../../data/rows.ts';
import type { Prediction } from '../../../protocol/engineContract.ts';
import { nameFile, partialOf } from '../../../store/atomicWrite.ts';
import { UserError } from '../../../util/userError.ts';
import { createFileSource } from '../../fileSource.ts';
import { loadRunModel, predictWith, type RunModel } from '../../runModel.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  type Output,
  stringOption,
  usageError,
} from '../command.ts';
import { count, ellipsis, percent } from '../format.ts';
import { weightedRun } from '../weightedRun.ts';

/** Texts that are predicted, and held in memory, together. */
const CHUNK_TEXTS = 256;
/** Of a text, and of its unknown tokens, what a terminal shows; --json and --out have all of it. */
const SHOWN_COLUMNS = 200;
const SHOWN_TOKENS = 10;

export const predictCommand: Command = {
  name: 'predict',
  summary: 'Classify texts with a run.',
  usage: 'gatescope predict RUN [TEXT…] [options]',
  options: {
    file: { type: 'string', value: 'FILE', description: 'Texts to classify, one a line; `-` is standard input.' },
    out: { type: 'string', value: 'FILE', description: 'Write a CSV: text, label, probability, and a column a class.' },
    top: { type: 'string', value: 'N', description: 'Show the N most probable classes (default 3).' },
    json: JSON_OPTION,
  },
  details: 'RUN is the folder of a run, the start of its id, its name, or `latest`.',
  run: predict,
};

async function predict(context: CommandContext): Promise<number> {
  const [reference, ...texts] = context.positionals;
  if (reference === undefined) throw usageError(predictCommand, 'predict needs a run.');
  const file = stringOption(context, 'file');
  const out = stringOption(context, 'out');
  const top = integerOption(predictCommand, context, 'top', 1) ?? 3;
  if (texts.length > 0 && file !== undefined) throw usageError(predictCommand, 'Give texts or --file, not both.');
  if (texts.length === 0 && file === undefined) throw usageError(predictCommand, 'predict needs a text or --file.');
  if (texts.some((text) => text.trim() === '')) throw usageError(predictCommand, 'A text to predict is empty.');
  const run = await loadRunModel((await weightedRun(reference, context)).dir);
  const { output } = context;
  const lines = file === undefined ? toAsync(texts) : linesOf(file, context);
  if (out !== undefined) {
    const written = await writeCsv(run, lines, resolve(context.cwd, out));
    output.note(`${written} predictions written to ${out}.`);
    return EXIT.ok;
  }
  for await (const prediction of predictAll(run, lines)) {
    output.line(context.options.json ? JSON.stringify(prediction) : describe(prediction, top));
  }
  return EXIT.ok;
}

async function* toAsync(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** Lines with text; how many had none is said at the end. */
async function* linesOf(file: string, { cwd, output }: CommandContext): AsyncGenerator<string> {
  let [texts, empty] = [0, 0];
  const chunks =
    file === '-' ? decodeFile({ read: () => process.stdin }, file, 'utf-8') : await openTexts(file, cwd, output);
  for await (const rows of readLines(chunks)) {
    for (const { line, value, problem } of rows) {
      if (problem) throw unusable(`${file}:${line}`, problem.detail);
      if (!value?.trim()) empty++;
      else {
        texts++;
        yield value;
      }
    }
  }
  if (texts === 0) throw unusable(file, 'it has no text');
  if (empty > 0) output.note(`${empty} empty line${empty === 1 ? '' : 's'} skipped.`);
}

async function openTexts(file: string, cwd: string, output: Output): Promise<AsyncIterable<string>> {
  const files = createFileSource();
  const path = resolve(cwd, file);
  const isPipe = await stat(path).then(
    (stats) => !stats.isFile() && !stats.isDirectory(),
    () => false,
  );
  if (isPipe) return decodeFile(files, path, 'utf-8');
  const kind = await files.kind(path);
  if (kind !== 'file') throw unusable(file, kind ? 'it is a folder' : 'it does not exist');
  const { encoding, how } = await settleEncoding(files, path, 'auto');
  if (how) output.note(how);
  return decodeFile(files, path, encoding);
}

function unusable(file: string, reason: string): UserError {
  return new UserError({
    code: 'predict.badFile',
    message: `${file} cannot be read: ${reason}.`,
    remedy: 'Give a file with a text on each line.',
  });
}

async function* predictAll(run: RunModel, texts: AsyncIterable<string>): AsyncGenerator<Prediction> {
  const { signal } = new AbortController();
  let chunk: string[] = [];
  for await (const text of texts) {
    chunk.push(text);
    if (chunk.length < CHUNK_TEXTS) continue;
    yield* await predictWith(run, chunk, signal);
    chunk = [];
  }
  yield* await predictWith(run, chunk, signal);
}

function listed(tokens: Set<string>): string {
  const shown = [...tokens].slice(0, SHOWN_TOKENS).join(', ');
  return tokens.size > SHOWN_TOKENS ? `${shown} and ${count(tokens.size - SHOWN_TOKENS)} more` : shown;
}

function describe({ text, tokens, classes, unknown, truncated }: Prediction, top: number): string {
  const best = classes.slice(0, top).map(({ label, probability }) => `${label} ${percent(probability)}`);
  const missing = unknown.length > 0 ? `  (not in the vocabulary: ${listed(new Set(unknown))})` : '';
  const cut =
    truncated > 0 ? `  (read: the first ${count(tokens.length)} of ${count(tokens.length + truncated)} tokens)` : '';
  return `${best.join(', ')}  ${ellipsis(text, SHOWN_COLUMNS)}${missing}${cut}`;
}

/** Writes beside the file and renames at the end, so that a half-written file never stands in its place. */
async function writeCsv(run: RunModel, texts: AsyncIterable<string>, path: string): Promise<number> {
  const partial = partialOf(path);
  let written = 0;
  const rows = async function* (): AsyncGenerator<string> {
    yield csvLine(['text', 'label', 'probability', ...run.labels.map((label) => `p(${label})`)]);
    for await (const prediction of predictAll(run, texts)) {
      written++;
      yield csvLine(csvCells(prediction, run.labels));
    }
  };
  try {
    await pipeline(rows, createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw nameFile(error, path);
  }
  return written;
}

function csvCells({ text, classes }: Prediction, labels: readonly string[]): string[] {
  const probabilities = new Map(classes.map(({ label, probability }) => [label, probability]));
  const [best] = classes;
  return [text, best.label, String(best.probability), ...labels.map((label) => String(probabilities.get(label)))];
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
