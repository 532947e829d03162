// gatescope tokenizer: learns a tokenizer.json from a file or a dataset, and shows how a tokenizer cuts a text.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isSubword, type LearnedTokenizer } from '../../../schema/resolved.ts';
import { TOKENIZER_TYPES } from '../../../schema/textSection.ts';
import { UNK_ID } from '../../../text/types.ts';
import { encodeText } from '../../encodeText.ts';
import { loadRunModel } from '../../runModel.ts';
import { readTokenizerFile } from '../../settledTokenizer.ts';
import { trainTokenizer } from '../../trainTokenizer.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  stringOption,
  usageError,
} from '../command.ts';
import { count, table } from '../format.ts';
import { longReading } from '../reading.ts';
import { weightedRun } from '../weightedRun.ts';

export const tokenizerCommand: Command = {
  name: 'tokenizer',
  summary: 'Learn a tokenizer.json, and see how a tokenizer cuts a text.',
  usage: 'gatescope tokenizer train DATA | encode TOKENIZER TEXT… [options]',
  options: {
    model: {
      type: 'string',
      value: 'TYPE',
      description: `train: ${TOKENIZER_TYPES.join(', ')} (default bpe).`,
    },
    'vocab-size': {
      type: 'string',
      value: 'N',
      description: 'train: entries at most (default 8000, of words 100000).',
    },
    'min-frequency': {
      type: 'string',
      value: 'N',
      description: 'train: leave out what is rarer (default 2, of words 1).',
    },
    lowercase: { type: 'boolean', description: 'train: make texts lower case first.' },
    segmenter: {
      type: 'string',
      value: 'NAME',
      description: 'train: with --model word, what finds Chinese words: jieba.',
    },
    out: { type: 'string', value: 'FILE', description: 'train: the file to write (default tokenizer.json).' },
    force: { type: 'boolean', description: 'train: replace the file where it is there.' },
    text: { type: 'string', value: 'TEXT', description: 'encode: a text that begins with a dash, or is empty.' },
    json: JSON_OPTION,
  },
  details: [
    'DATA is a file, a folder or a dataset; its training part is read.',
    'TOKENIZER is a tokenizer.json, the folder of a run, the start of its id, its name, or `latest`.',
    'A config takes the file as "text": { "tokenizer": { "file": "tokenizer.json" } }, Python as Tokenizer.from_file("tokenizer.json").',
  ].join('\n'),
  run: tokenizer,
};

async function tokenizer(context: CommandContext): Promise<number> {
  const [action, ...rest] = context.positionals;
  if (action === 'train') await train(rest, context);
  else if (action === 'encode') await encode(rest, context);
  else throw usageError(tokenizerCommand, 'tokenizer needs train or encode.');
  return EXIT.ok;
}

async function train(args: readonly string[], context: CommandContext): Promise<void> {
  const { cwd, output, options } = context;
  if (args.length !== 1) throw usageError(tokenizerCommand, 'train needs one file or dataset.');
  const settings = settingsOf(context);
  const out = resolve(cwd, stringOption(context, 'out') ?? 'tokenizer.json');
  const reading = longReading(context, 'Learning');
  const startedAtMs = performance.now();
  const request = { source: args[0], folder: cwd, settings, out, mayReplace: options.force === true };
  const trained = await trainTokenizer(request, reading).finally(() => reading.end());
  const seconds = (performance.now() - startedAtMs) / 1000;
  const { vocabularySize } = trained.tokenizer;
  if (options.json) output.line(JSON.stringify({ out, vocabulary: vocabularySize, texts: trained.texts, seconds }));
  else {
    const entries = `${count(vocabularySize)} entries from ${count(trained.texts)} texts`;
    output.line(`${out}: ${settings.type}, ${entries}, ${seconds.toFixed(1)} s.`);
  }
}

function settingsOf(context: CommandContext): LearnedTokenizer {
  const wanted = stringOption(context, 'model') ?? 'bpe';
  const type = TOKENIZER_TYPES.find((name) => name === wanted);
  if (!type) throw usageError(tokenizerCommand, `--model is ${TOKENIZER_TYPES.join(', ')}, not "${wanted}".`);
  const segmenter = stringOption(context, 'segmenter');
  if (segmenter !== undefined && (segmenter !== 'jieba' || type !== 'word'))
    throw usageError(tokenizerCommand, '--segmenter is jieba, with --model word.');
  const [minFrequency, maxVocabulary] = isSubword(type) ? [2, 8000] : [1, 100_000];
  // Byte-level BPE has an entry for each byte.
  const least = type === 'bpe' ? 258 : 3;
  return {
    type,
    ...(segmenter === 'jieba' && { segmenter }),
    lowercase: context.options.lowercase === true,
    minFrequency: integerOption(tokenizerCommand, context, 'min-frequency', 1) ?? minFrequency,
    maxVocabulary: integerOption(tokenizerCommand, context, 'vocab-size', least) ?? maxVocabulary,
  };
}

async function encode([reference, ...texts]: readonly string[], context: CommandContext): Promise<void> {
  const { output, options } = context;
  const given = stringOption(context, 'text');
  const all = given === undefined ? texts : [...texts, given];
  if (reference === undefined || all.length === 0)
    throw usageError(tokenizerCommand, 'encode needs a tokenizer and a text.');
  const cut = await openCutter(reference, context);
  for (const text of all) {
    const { tokens, ids } = cut(text);
    const rows = tokens.map((token, at) => ({ token, id: ids[at], isUnknown: ids[at] === UNK_ID }));
    if (options.json) output.line(JSON.stringify({ text, tokens: rows }));
    else output.line(describe(rows));
  }
}

type Cutter = (text: string) => { tokens: string[]; ids: Uint32Array };

/** Of a run everything that its texts go through; of a file that alone. */
async function openCutter(reference: string, context: CommandContext): Promise<Cutter> {
  const path = resolve(context.cwd, reference);
  if (
    await stat(path).then(
      (found) => found.isFile(),
      () => false,
    )
  ) {
    const own = await readTokenizerFile(path, (_, text) => context.output.note(text));
    return (text) => own.encodePiece(text);
  }
  const run = await loadRunModel((await weightedRun(reference, context)).dir);
  return (text) => encodeText(run, text);
}

function describe(rows: readonly { token: string; id: number; isUnknown: boolean }[]): string {
  if (rows.length === 0) return 'No tokens.';
  const shown = rows.map(({ token, id, isUnknown }) => [
    JSON.stringify(token).slice(1, -1),
    String(id),
    isUnknown ? 'unknown' : '',
  ]);
  const unknown = rows.filter(({ isUnknown }) => isUnknown).length;
  const total = `${count(rows.length)} tokens${unknown > 0 ? `, ${count(unknown)} unknown` : ''}`;
  return `${table(['token', 'id', ''], shown)}\n${total}.\n`;
}
