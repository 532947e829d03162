// What import finds in data that nobody described: formats, delimiters, headers, columns, parts, folders, licence; and what it refuses.
import assert from 'node:assert/strict';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { datasetName, otherParts, partOfName } from '../../../extension/data/import/partNames.ts';
import { proposeDataset } from '../../../extension/data/import/proposeDataset.ts';
import { createFileSource } from '../../../extension/node/fileSource.ts';
import { proposeImport } from '../../../extension/node/importDataset.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { type Files, memoryFiles } from './support.ts';

async function propose(files: Files, path: string) {
  const all = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/d/${name}`, content]));
  const { manifest, reasons, name } = await proposeDataset(`/d/${path}`.replace(/\/$/, ''), memoryFiles(all, 1000));
  return { manifest, name, reasons: Object.fromEntries(reasons.map(({ what, reason }) => [what, reason])) };
}

const codeOf = (files: Files, path: string): Promise<string> =>
  propose(files, path).then(
    () => 'none',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  );

const lines = (count: number, line: (at: number) => string): string =>
  `${Array.from({ length: count }, (_, at) => line(at)).join('\n')}\n`;

/** Content, and format, delimiter, header, text and label that are found; undefined where the manifest is silent. */
const FILES: Readonly<Record<string, readonly [content: string, found: readonly unknown[]]>> = {
  'comma.csv': [
    lines(20, (at) => (at === 0 ? 'id,review,stars' : `${at},"good, or bad ${at}",${at % 3}`)),
    ['csv', undefined, true, 'review', 'stars'],
  ],
  'semicolon.csv': [
    lines(20, (at) => (at === 0 ? 'Satz;Klasse' : `Ein Satz, Nummer ${at};${at % 2}`)),
    ['csv', ';', true, 'Satz', 'Klasse'],
  ],
  'headless.csv': [
    lines(20, (at) => `${at % 2 ? 'pos' : 'neg'},a rather long text ${at}`),
    ['csv', undefined, false, 1, 0],
  ],
  'tab.tsv': [lines(20, (at) => `some text ${at}\t${at % 2}`), ['tsv', undefined, false, 0, 1]],
  'plain.txt': [lines(20, (at) => `some text with "quotes ${at}\tLABEL${at % 2}`), ['tsv', undefined, false, 0, 1]],
  'first.txt': [
    lines(20, (at) => `__label__${at % 2 ? 'x' : 'y'} some text ${at}`),
    ['labelFirst', undefined, undefined, undefined, undefined],
  ],
  'rows.jsonl': [
    lines(20, (at) => `{"utterance": "turn the light on ${at}", "intent": "i${at % 2}", "id": ${at}}`),
    ['jsonl', undefined, undefined, 'utterance', 'intent'],
  ],
  'rows.data': [
    lines(20, (at) => `{"utterance": "turn the light on ${at}", "intent": "i${at % 2}"}`),
    ['jsonl', undefined, undefined, 'utterance', 'intent'],
  ],
  'array.json': [
    JSON.stringify(Array.from({ length: 20 }, (_, at) => ({ body: `some words ${at}`, kind: at % 2 ? 'a' : 'b' }))),
    ['json', undefined, undefined, 'body', 'kind'],
  ],
  'prose.txt': [
    lines(60, (at) => `${['The', 'A', 'In', 'the'][at % 4]} dog is in the house of a man ${at}`),
    ['text', undefined, undefined, undefined, undefined],
  ],
};

for (const [name, [content, expected]] of Object.entries(FILES)) {
  test(`${name} is understood`, async () => {
    const { manifest, reasons } = await propose({ [name]: content }, name);
    const [{ format, delimiter, header, textColumn, labelColumn, bytes }] = manifest.files;
    assert.deepEqual([format, delimiter, header, textColumn, labelColumn], expected);
    assert.equal(bytes, new TextEncoder().encode(content).length);
    assert.equal(manifest.kind, format === 'text' ? 'text' : undefined);
    assert.deepEqual(manifest.splits, format === 'text' ? undefined : { validation: 0.1, seed: 1 });
    assert.ok(reasons.format.length > 5 && reasons.encoding === 'every byte fits');
  });
}

test('names say which part a file holds, and which others belong to it', () => {
  assert.equal(partOfName('TREC.train.all')?.part, 'train');
  assert.equal(partOfName('my_dev-set.csv')?.part, 'validation');
  assert.equal(partOfName('trainer.csv'), undefined);
  assert.equal(partOfName('latest.csv'), undefined);
  const names = ['train.de', 'train.en', 'val.de', 'val.en', 'test_2016.de', 'test.lc.de', 'dev.en'];
  assert.deepEqual(
    otherParts('train.de', names).map(({ name }) => name),
    ['val.de', 'test_2016.de'],
  );
  assert.deepEqual(otherParts('val.de', names), []);
});

test('a dataset is called after its files without the word for the part, or after their folder', () => {
  const names: Readonly<Record<string, string>> = {
    'reviews.csv': 'reviews',
    'TREC.train.all': 'TREC',
    'TREC.train.1000': 'TREC.1000',
    'stsa.binary.train': 'stsa.binary',
    'imdb_train.jsonl': 'imdb',
    'train.csv': 'folder',
    'train.de': 'folder.de',
    'train-00000-of-00001.parquet': 'folder',
    'dev.csv': 'dev',
    'trainer.txt': 'trainer',
    '.csv': '.csv',
  };
  for (const [file, name] of Object.entries(names)) assert.equal(datasetName('folder', file), name, file);
});

test('parts beside a training file come along, and with a part to validate on nothing is split', async () => {
  const rows = lines(20, (at) => `text number ${at}\t${at % 2}`);
  const { manifest } = await propose({ 'train.tsv': rows, 'dev.tsv': rows, 'test.tsv': rows }, 'train.tsv');
  assert.deepEqual(
    manifest.files.map(({ path, part }) => [path, part]),
    [
      ['/d/train.tsv', 'train'],
      ['/d/dev.tsv', 'validation'],
      ['/d/test.tsv', 'test'],
    ],
  );
  assert.equal(manifest.splits, undefined);
});

test('folders: one class a file, one class a folder, with parts', async () => {
  const classes = await propose(
    { 'set/de.txt': 'Anna\nBernd\n', 'set/fr.txt': 'Chloé\n', 'set/README.md': 'x' },
    'set',
  );
  assert.deepEqual(classes.manifest.files, [{ path: '/d/set', format: 'filePerClass', part: 'train' }]);
  const reviews: Files = {};
  for (const part of ['train', 'test']) {
    for (const label of ['pos', 'neg']) reviews[`imdb/${part}/${label}/0.txt`] = 'Some text.';
  }
  const { manifest } = await propose(reviews, 'imdb/');
  assert.deepEqual(
    manifest.files.map(({ path, format, part }) => [path, format, part]),
    [
      ['/d/imdb/test', 'folderPerClass', 'test'],
      ['/d/imdb/train', 'folderPerClass', 'train'],
    ],
  );
});

test('a folder that the library `datasets` saved: shards, parts, and names of labels', async () => {
  const path = resolve(import.meta.dirname, '../../golden/datasets/saved');
  const { manifest } = await proposeDataset(path, createFileSource());
  assert.deepEqual(
    manifest.files.map(({ path: file, part, format, textColumn, labelColumn }) => [
      file.slice(path.length + 1),
      part,
      format,
      textColumn,
      labelColumn,
    ]),
    [
      ['test/data-00000-of-00001.arrow', 'test', 'arrow', 'sentence', 'label'],
      ['train/data-00000-of-00002.arrow', 'train', 'arrow', 'sentence', 'label'],
      ['train/data-00001-of-00002.arrow', 'train', 'arrow', 'sentence', 'label'],
    ],
  );
  assert.deepEqual(manifest.labels, ['negative', 'positive']);
});

test('the manifest of a folder lies beside it, and in it where the user works there', async () => {
  const folder = resolve(import.meta.dirname, '../../golden/datasets/saved');
  const placeOf = async (workFolder?: string) => {
    const { dataset } = await proposeImport(folder, { workFolder });
    return [dataset.path, dataset.manifest.files[0].path];
  };
  const beside = [join(dirname(folder), 'saved.dataset.json'), 'saved/test/data-00000-of-00001.arrow'];
  assert.deepEqual(await placeOf(), beside);
  assert.deepEqual(await placeOf(dirname(folder)), beside);
  const within = [join(folder, 'saved.dataset.json'), 'test/data-00000-of-00001.arrow'];
  assert.deepEqual(await placeOf(folder), within);
  assert.deepEqual(await placeOf(join(folder, 'train')), within);
});

test('licence and source are taken from what lies beside the data', async () => {
  const card = '---\nlicense: cc-by-4.0\nsource: https://example.org/x\n---\n# X\n';
  const { manifest } = await propose({ 'x.csv': 'text,label\na,0\nb,1\n', 'README.md': card }, 'x.csv');
  assert.deepEqual([manifest.licence, manifest.source], ['cc-by-4.0', 'https://example.org/x']);
});

test('what is no dataset is refused, with the reason', async () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
  assert.equal(await codeOf({}, 'nothing.csv'), 'data.fileMissing');
  assert.equal(await codeOf({ 'x.bin': bytes('abc\0def') }, 'x.bin'), 'dataset.notText');
  assert.equal(await codeOf({ 'x.zip': bytes('PK\x03\x04abc') }, 'x.zip'), 'dataset.notText');
  assert.equal(await codeOf({ 'x.parquet': bytes('PAR1abc') }, 'x.parquet'), 'data.badParquet');
  const vector = (at: number): string => `word${at} ${Array.from({ length: 20 }, (_, n) => `0.${n}${at}`).join(' ')}`;
  assert.equal(await codeOf({ 'v.txt': lines(20, vector) }, 'v.txt'), 'dataset.wordVectors');
  assert.equal(
    await codeOf({ 'set/a.csv': 'text,label\na,0\n', 'set/b.csv': 'text,label\na,0\n' }, 'set'),
    'dataset.several',
  );
  assert.equal(await codeOf({ 'set/README.md': 'x' }, 'set'), 'dataset.noData');
});
