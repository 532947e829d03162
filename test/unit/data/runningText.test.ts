// Running text for language models: every character is there, ends of lines are tokens, the split is the end, only training counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText, loadTexts } from '../../../extension/node/loadText.ts';
import type { Experiment } from '../../../extension/schema/experiment.ts';
import { resolveExperiment } from '../../../extension/schema/resolved.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { type Files, memoryFiles, read } from './support.ts';

const MODEL: Experiment['model'] = { encoder: { type: 'lstm' } };

async function load(files: Files, more: Partial<Experiment> = {}, pieceBytes = 7) {
  const log: string[] = [];
  const all = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/d/${name}`, content]));
  const experiment = resolveExperiment(
    {
      task: 'languageModel',
      data: { train: { path: 't.txt' }, validation: { split: 0.25 } },
      text: { tokenizer: { type: 'character' } },
      model: MODEL,
      ...more,
    },
    'test',
  );
  const options = {
    files: memoryFiles(all, pieceBytes),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onLog: (_: string, text: string) => log.push(text),
  };
  const loaded = await loadTexts(experiment, '/d', options);
  const words = (ids: Uint32Array): string[] => Array.from(ids, (id) => loaded.tokenizer.token(id));
  return { loaded, log, words, experiment, options };
}

test('the pieces of a file are its lines with their ends; together they are the text', async () => {
  const text = 'First: line\n\n  indented é😀\nno end';
  for (const pieceBytes of [1, 3, 1000]) {
    const { examples, bad } = await read({ 'a.txt': text }, 'a.txt', { format: 'text' }, pieceBytes);
    assert.deepEqual(bad, []);
    assert.deepEqual(
      examples.map(({ text: piece, line }) => [piece, line]),
      [
        ['First: line\n', 1],
        ['\n', 2],
        ['  indented é😀\n', 3],
        ['no end', 4],
      ],
    );
  }
});

test('line breaks of other systems become line feeds', async () => {
  const { examples } = await read({ 'a.txt': 'a\r\nb\rc' }, 'a.txt', { format: 'text' }, 1);
  assert.equal(examples.map(({ text }) => text).join(''), 'a\nb\nc');
});

test('a line without an end comes in pieces that end at white space where there is some', async () => {
  const words = 'word '.repeat(40_000);
  const solid = '😀'.repeat(100_000);
  for (const text of [words, solid, `${words}\n${solid}\n`]) {
    const { examples } = await read({ 'a.txt': text }, 'a.txt', { format: 'text' }, 10_000);
    assert.equal(examples.map(({ text: piece }) => piece).join(''), text);
    assert.ok(examples.every(({ text: piece }) => piece.length <= 1 << 16 && piece.isWellFormed()));
    for (const { text: piece } of examples) if (piece.startsWith('word')) assert.match(piece, /\s$/);
  }
});

test('characters: the whole text, cut where the last quarter begins; only the first part makes the vocabulary', async () => {
  const text = 'abab\nabab\nabXY';
  const { loaded, words, log } = await load({ 't.txt': text });
  assert.equal(words(loaded.train.ids).join(''), text.slice(0, 10));
  assert.deepEqual([loaded.train.count, loaded.validation.count], [10, 4]);
  assert.deepEqual(words(loaded.validation.ids), ['a', 'b', '[UNK]', '[UNK]']);
  const vocabulary = Array.from({ length: loaded.tokenizer.vocabularySize }, (_, id) => loaded.tokenizer.token(id));
  assert.deepEqual(vocabulary, ['[PAD]', '[UNK]', 'a', 'b', '\n']);
  assert.ok(log.some((line) => line.startsWith('2 of 4 validation tokens are not in the vocabulary')));
  assert.equal(loaded.tokenizer.isCharacters, true);
});

test('words: the end of a line is a token, and the tokenizer of the run says so too', async () => {
  const { loaded, words, experiment, options } = await load(
    { 't.txt': 'To be, or\n\nnot to be\n', 'v.txt': 'be not\nbe', 'other.txt': 'or\nunseen' },
    {
      data: { train: { path: 't.txt' }, validation: { path: 'v.txt' } },
      text: { tokenizer: { type: 'word', lowercase: true } },
    },
  );
  const expected = ['to', 'be', ',', 'or', '\n', '\n', 'not', 'to', 'be', '\n'];
  assert.deepEqual(words(loaded.train.ids), expected);
  assert.deepEqual(words(loaded.validation.ids), ['be', 'not', '\n', 'be']);
  assert.deepEqual(loaded.tokenizer.encode('To be, or\n\nnot to be\n').tokens, expected);
  assert.equal(loaded.tokenizer.decode(loaded.train.ids), 'to be, or\n\nnot to be\n');
  const source = { ...experiment.data.train, path: 'other.txt' };
  const { set } = await loadText(source, '/d', { experiment, tokenizer: loaded.tokenizer }, options);
  assert.deepEqual(words(set.ids), ['or', '\n', '[UNK]']);
});

test('cleaning works within lines: their ends stay', async () => {
  const text = { cleaning: ['collapseWhitespace' as const], tokenizer: { type: 'character' as const } };
  const { loaded, words } = await load({ 't.txt': '  a   b  \n  c\nd e f g h i j k\n' }, { text });
  assert.equal(words(loaded.train.ids).join(''), 'a b\nc\nd e f g h i j k\n'.slice(0, 16));
});

test('a text that is too short is refused at its key', async () => {
  const refused = (files: Files, more: Partial<Experiment>, configPath: string[]) =>
    assert.rejects(load(files, more), (error) => {
      assert.ok(UserError.is(error, 'data.tooShort'));
      assert.deepEqual((error as unknown as { configPath: string[] }).configPath, configPath);
      return true;
    });
  await refused({ 't.txt': 'a' }, {}, ['data', 'train', 'path']);
  await refused({ 't.txt': 'abcde' }, {}, ['data', 'validation', 'split']);
  const data = { train: { path: 't.txt' }, validation: { path: 'v.txt' } };
  await refused({ 't.txt': 'abcde', 'v.txt': 'a' }, { data }, ['data', 'validation', 'path']);
});

test('a config of a language model is resolved without what it has no use for', () => {
  const { data, text, model, training } = resolveExperiment(
    { task: 'languageModel', data: { train: { path: 't.txt' } }, model: MODEL },
    'test',
  );
  assert.deepEqual(data.train, { path: 't.txt', format: 'text', encoding: 'auto' });
  assert.equal(text.maxLength, undefined);
  assert.equal('pooling' in model, false);
  assert.equal(training.sequenceLength, 64);
  assert.deepEqual(training.best, { metric: 'validation.loss' });
});
