// Manifests of datasets in an editor: every problem at its place with a fix, completion, and configs that follow when one is renamed.
import assert from 'node:assert/strict';
import { relative, resolve } from 'node:path/posix';
import { test } from 'node:test';
import { validateDataset, validateDatasetFiles } from '../../../extension/config/checkDataset.ts';
import type { FileProbe } from '../../../extension/config/checkFiles.ts';
import { completeManifest } from '../../../extension/config/complete/completeManifest.ts';
import { applyEdits } from '../../../extension/config/configText.ts';
import { datasetMentions, renameInConfig } from '../../../extension/config/renameDataset.ts';
import { validateFiles } from '../../../extension/config/validateConfig.ts';

const GOOD = `{
  // What it is
  "name": "Questions",
  "files": [{ "path": "train.csv", "textColumn": "text" }, { "path": "test.csv", "part": "test" }],
  "splits": { "validation": 0.1, "seed": 1 }
}`;

/** Change, code, what is marked, and words of the message; each has a fix that removes it. */
const CASES: readonly [from: string, to: string, code: string, marked: string, message: RegExp][] = [
  ['"validation": 0.1', '"validation": 0.1, "test": 0.1', 'dataset.splits', '0.1', /a file with the test part already/],
  ['"validation": 0.1', '"validation": 0.1, "folds": 5', 'dataset.splits', '0.1', /folds or shares, not both/],
  ['"validation": 0.1', '"validation": 1.5', 'config.range', '1.5', /below 1/],
  ['"seed": 1', '"groupColumn": "author", "stratified": true', 'dataset.splits', 'true', /cannot be stratified/],
  ['"textColumn"', '"textcolumn"', 'config.unknownKey', '"textcolumn"', /Did you mean "textColumn"/],
  ['"part": "test"', '"part": "tset"', 'config.enum', '"tset"', /Did you mean "test"/],
  [
    '"path": "train.csv"',
    '"path": "train.csv", "part": "test"',
    'dataset.noPart',
    '"files"',
    /No file has the part "train"/,
  ],
  ['"path": "train.csv"', '"path": "train.csv", "format": "text"', 'dataset.kind', '"text"', /no labels/],
  ['"name"', '"kind": "text", "name"', 'dataset.splits', '"splits"', /not split by rows/],
];

for (const [from, to, code, marked, message] of CASES) {
  test(`${code}: ${to}`, () => {
    assert.ok(GOOD.includes(from));
    const text = GOOD.replace(from, to);
    const problem = validateDataset(text).problems.find((one) => one.code === code);
    assert.ok(problem, JSON.stringify(validateDataset(text).problems));
    assert.equal(text.slice(problem.start, problem.end), marked);
    assert.match(problem.message, message);
    assert.ok(problem.fixes.length > 0, 'there is a fix');
    for (const fix of problem.fixes) {
      const left = validateDataset(applyEdits(text, fix.edits)).problems;
      assert.ok(
        left.every((other) => other.message !== problem.message),
        fix.title,
      );
    }
  });
}

function probeOf(folder: string, files: Readonly<Record<string, string>>): FileProbe {
  const under = (path: string): string => (path === '/' ? '/' : `${path}/`);
  return {
    resolve: (path) => resolve(folder, path),
    kind: async (path) => {
      if (path in files) return 'file';
      return Object.keys(files).some((file) => file.startsWith(under(path))) ? 'folder' : undefined;
    },
    list: async (path) => {
      const below = Object.keys(files).filter((file) => file.startsWith(under(path)));
      return [...new Set(below.map((file) => file.slice(under(path).length).split('/')[0]))];
    },
    readText: async (path) => files[path],
  };
}

test('a file that is not there names the nearest, and the fix takes it', async () => {
  const probe = probeOf('/d', { '/d/train.csv': '', '/d/test.csv': '' });
  assert.deepEqual(await validateDatasetFiles(GOOD, probe), []);
  const text = GOOD.replace('train.csv', 'trian.csv');
  const [problem] = await validateDatasetFiles(text, probe);
  assert.equal(text.slice(problem.start, problem.end), '"trian.csv"');
  assert.equal(applyEdits(text, problem.fixes[0].edits), GOOD);
});

const COLUMNS: Record<string, string[]> = { 'train.csv': ['text', 'label', 'author'], 'test.csv': ['label', 'text'] };

async function complete(marked: string) {
  const offset = marked.indexOf('|');
  const found = await completeManifest(marked.replace('|', ''), offset, {
    probe: probeOf('/d', { '/d/train.csv': '', '/d/parts/test.csv': '', '/other.csv': '' }),
    runs: async () => [],
    labels: async () => [],
    columns: async ({ path }) => (COLUMNS[path] ?? []).map((column) => ({ column, example: '' })),
  });
  return found?.items.map(({ label }) => label);
}

test('completion in a manifest: files in its folder and below, columns of each file, columns that all files have', async () => {
  assert.deepEqual(await complete('{ "files": [{ "path": "|" }] }'), ['parts/test.csv', 'train.csv', 'parts/']);
  assert.deepEqual(await complete('{ "files": [{ "path": "../|" }] }'), []);
  assert.deepEqual(await complete('{ "files": [{ "path": "train.csv", "labelColumn": | }] }'), [
    'text',
    'label',
    'author',
  ]);
  const files = '"files": [{ "path": "train.csv" }, { "path": "test.csv" }, { "path": "none.csv" }]';
  assert.deepEqual(await complete(`{ ${files}, "splits": { "groupColumn": "|" } }`), ['text', 'label']);
  assert.deepEqual(await complete(`{ ${files}, "exclude": [{ "path": "|" }] }`), ['train.csv', 'test.csv', 'none.csv']);
  assert.equal(await complete('{ "name": "|" }'), undefined);
});

const CONFIG = `{ // c
  "data": {
    "train": { "dataset": "trec" },
    "validation": { "dataset": "data/trec.dataset.json" }, // by path
    "test": { "dataset": "other" }
  }
}`;
const FILES = { '/p/data/trec.dataset.json': '', '/p/other.dataset.json': '', '/shared/x.csv': '' };

async function renamed(to: string, more: Readonly<Record<string, string>> = {}, from = '/p/data/trec.dataset.json') {
  const probe = probeOf('/p', { ...FILES, ...more });
  const pathTo = (path: string): string => relative('/p', path);
  const edits = await renameInConfig(CONFIG, { from, to }, probe, pathTo);
  const text = applyEdits(CONFIG, edits);
  return { text, names: datasetMentions(text).map(({ name }) => name) };
}

test('a renamed dataset has its new name in configs, and all else of them stays', async () => {
  const { text, names } = await renamed('/p/data/questions.dataset.json');
  assert.deepEqual(names, ['questions', 'data/questions.dataset.json', 'other']);
  assert.equal(text.replaceAll('questions', 'trec'), CONFIG);
});

test('a dataset that moved keeps its name where it is found by it, and has a path where it is not', async () => {
  assert.deepEqual((await renamed('/p/datasets/trec.dataset.json')).names, [
    'trec',
    'datasets/trec.dataset.json',
    'other',
  ]);
  assert.deepEqual((await renamed('/shared/trec.dataset.json')).names, [
    '../shared/trec.dataset.json',
    '../shared/trec.dataset.json',
    'other',
  ]);
  const nearer = { '/p/news.dataset.json': '' };
  assert.deepEqual((await renamed('/p/data/news.dataset.json', nearer)).names, [
    'data/news.dataset.json',
    'data/news.dataset.json',
    'other',
  ]);
});

test('another dataset of the same name is left alone, and so is a text that cannot be read', async () => {
  const shadow = { '/p/trec.dataset.json': '' };
  assert.deepEqual((await renamed('/p/data/q.dataset.json', shadow)).names, ['trec', 'data/q.dataset.json', 'other']);
  const probe = probeOf('/p', FILES);
  const move = { from: '/p/data/trec.dataset.json', to: '/p/data/q.dataset.json' };
  for (const text of ['', '{ "data": { "train": { "dataset": 3 } } }', '{ "data": [', 'dataset'])
    assert.deepEqual(await renameInConfig(text, move, probe, (path) => path), [], text);
});

test('fixes of a reference: another part, the last fold, the task, the manifest to open, a dataset to import', async () => {
  const files = {
    '/p/trec.dataset.json': '{ "files": [{ "path": "a.csv" }], "splits": { "folds": 5 } }',
    '/p/plays.dataset.json': '{ "kind": "text", "files": [{ "path": "a.txt" }] }',
    '/p/bad.dataset.json': '{\n  "files": [] ',
    '/p/data/forums.csv': '',
  };
  const fixes = async (reference: string) => {
    const text = `{ "data": { "train": ${reference} }, "model": { "encoder": { "type": "lstm" } } }`;
    const [problem] = await validateFiles(text, probeOf('/p', files));
    return {
      problem,
      fixed: problem.fixes.map(({ edits, title, action }) => ({ title, action, text: applyEdits(text, edits) })),
    };
  };
  const part = await fixes('{ "dataset": "trec", "part": "test" }');
  assert.deepEqual(
    part.fixed.map(({ title }) => title),
    ['Change to "train"', 'Change to "validation"'],
  );
  const fold = await fixes('{ "dataset": "trec", "fold": 9 }');
  assert.match(fold.fixed[0].text, /"fold": 5 \}/);
  const kind = await fixes('{ "dataset": "plays" }');
  assert.match(kind.fixed[0].text, /"task": "languageModel"/);
  assert.deepEqual(await validateFiles(kind.fixed[0].text, probeOf('/p', files)), []);
  const bad = await fixes('{ "dataset": "bad" }');
  assert.deepEqual(bad.fixed[0].action, { kind: 'open', path: 'bad.dataset.json', line: 2, column: 14 });
  const none = await fixes('{ "dataset": "nowhere at all" }');
  assert.deepEqual(
    none.fixed.map(({ action }) => action),
    [{ kind: 'importDataset' }],
  );
  const imported = await fixes('{ "dataset": "forums" }');
  assert.deepEqual(
    imported.fixed.map(({ title, action }) => [title, action]),
    [
      ['Import data/forums.csv as a dataset', { kind: 'importDataset', path: 'data/forums.csv' }],
      ['Import a dataset…', { kind: 'importDataset' }],
    ],
  );
});

test('runs and files to start from: the nearest, the latest, and those that a prefix fits', async () => {
  const files = {
    '/p/glove.vec': '',
    '/p/.gatescope/runs/2026-01-01-a/run.json': '',
    '/p/.gatescope/runs/2026-01-02-b/run.json': '',
  };
  const titles = async (more: string) => {
    const text = `{ "data": { "train": { "path": "glove.vec" } }, ${more} }`;
    const problems = await validateFiles(text, probeOf('/p', files));
    return problems.flatMap(({ fixes }) => fixes.map(({ title }) => title));
  };
  const model = '"model": { "encoder": { "type": "lstm" } }';
  assert.deepEqual(await titles(`${model}, "fineTune": { "from": "2026-01-01-b" }`), [
    'Change to "2026-01-01-a"',
    'Change to "latest"',
  ]);
  assert.deepEqual(await titles(`${model}, "fineTune": { "from": "2026" }`), [
    'Change to "2026-01-02-b"',
    'Change to "2026-01-01-a"',
  ]);
  const vectors = '"model": { "embedding": { "vectors": { "path": "glov.vec" } }, "encoder": { "type": "lstm" } }';
  assert.deepEqual(await titles(vectors), ['Change to "glove.vec"']);
  const format = '"model": { "encoder": { "type": "lstm" } }';
  const folder = `{ "data": { "train": { "path": ".gatescope", "format": "csv" } }, ${format} }`;
  const [mismatch] = await validateFiles(folder, probeOf('/p', files));
  assert.deepEqual(
    mismatch.fixes.map(({ title }) => title),
    ['Remove "format"'],
  );
});
