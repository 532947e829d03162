// gatescope predict: class probabilities of texts given as arguments, in a file (one a line), or on stdin.

import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Prediction } from '../../../protocol/engineContract.ts';
import { resolveRun } from '../../../store/runStore.ts';
import { UserError } from '../../../util/userError.ts';
import { loadRunModel, predictWith, type RunModel } from '../../runModel.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  stringOption,
  usageError,
} from '../command.ts';
import { percent } from '../format.ts';

/** Texts that are predicted, and held in memory, together. */
const CHUNK_TEXTS = 256;

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
  details: 'RUN is the folder of a run, the start of its id, or `latest`.',
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
  const run = await loadRunModel((await resolveRun(reference, context.cwd)).dir);
  const lines = file === undefined ? toAsync(texts) : linesOf(file, context.cwd);
  if (out !== undefined) {
    const written = await writeCsv(run, lines, resolve(context.cwd, out));
    context.output.note(`${written} predictions written to ${out}.`);
    return EXIT.ok;
  }
  for await (const prediction of predictAll(run, lines)) {
    context.output.line(context.options.json ? JSON.stringify(prediction) : describe(prediction, top));
  }
  return EXIT.ok;
}

async function* toAsync(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function* linesOf(file: string, cwd: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(resolve(cwd, file));
  if (file !== '-') {
    await once(input, 'open').catch((cause: NodeJS.ErrnoException) => {
      throw new UserError({ code: 'predict.noFile', message: `${file} cannot be read (${cause.code}).`, cause });
    });
  }
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield line;
  }
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

function describe({ text, classes, unknown }: Prediction, top: number): string {
  const best = classes.slice(0, top).map(({ label, probability }) => `${label} ${percent(probability)}`);
  const missing = unknown.length > 0 ? `  (not in the vocabulary: ${[...new Set(unknown)].join(', ')})` : '';
  return `${best.join(', ')}  ${text}${missing}`;
}

/** Writes beside the file and renames at the end, so that a half-written file never stands in its place. */
async function writeCsv(run: RunModel, texts: AsyncIterable<string>, path: string): Promise<number> {
  const partPath = `${path}.${process.pid}.part`;
  const stream = createWriteStream(partPath);
  await once(stream, 'open').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError({ code: 'predict.noOutput', message: `${path} cannot be written (${cause.code}).`, cause });
  });
  let written = 0;
  try {
    stream.write(csvLine(['text', 'label', 'probability', ...run.labels.map((label) => `p(${label})`)]));
    for await (const prediction of predictAll(run, texts)) {
      if (!stream.write(csvLine(csvCells(prediction, run.labels)))) await once(stream, 'drain');
      written++;
    }
    stream.end();
    await once(stream, 'finish');
    await rename(partPath, path);
  } finally {
    stream.destroy();
    await rm(partPath, { force: true });
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
