// A manifest is renamed by F2 in a config or in the explorer: the configs that mean it follow, others stay as they are.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { FakeDocument, fake, type WorkspaceEdit } from './fakeVscode.ts';

const { DatasetRename } = await import('../../../extension/host/config/datasetRename.ts');

const config = (train: string, rest = ''): string =>
  `{\n  // Kept.\n  "data": { "train": { "dataset": "${train}" }${rest} }\n}\n`;
const MANIFEST = '{ "files": [{ "path": "a.csv" }] }';

let folder: string;
let rename: InstanceType<typeof DatasetRename>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-rename-'));
  await mkdir(join(folder, 'data'));
  await mkdir(join(folder, 'far'));
  await writeFile(join(folder, 'data', 'trec.dataset.json'), MANIFEST);
  await writeFile(join(folder, 'other.dataset.json'), MANIFEST);
});
after(() => rm(folder, { recursive: true, force: true }));

const TEXTS: Readonly<Record<string, string>> = {
  'by-name.gatescope.json': config('trec', ', "test": { "dataset": "trec" }'),
  'far/by-path.gatescope.json': config('../data/trec.dataset.json'),
  'other.gatescope.json': config('other'),
  'broken.gatescope.json': '{ "data": { "train": { "dataset": "trec" ',
};

beforeEach(() => {
  fake.documents = Object.entries(TEXTS).map(([name, text]) => new FakeDocument(join(folder, name), text));
  rename?.dispose();
  rename = new DatasetRename({
    reader: { text: async (path) => documentOf(path).getText() },
    catalog: { configPaths: Object.keys(TEXTS).map((name) => join(folder, name)) },
  });
});
after(() => rename.dispose());

function documentOf(path: string): FakeDocument {
  const found = fake.documents.find(({ uri }) => uri.fsPath === path);
  assert.ok(found, path);
  return found;
}
const textOf = (name: string): string => documentOf(join(folder, name)).getText();
const manifestAt = (name: string): string => join(folder, `${name}.dataset.json`);

test('renamed in the explorer: every config says the new name, by name or by path, and nothing else changes', async () => {
  await fake.renameFiles([manifestAt('data/trec'), manifestAt('data/questions')]);
  assert.equal(textOf('by-name.gatescope.json'), TEXTS['by-name.gatescope.json'].replaceAll('"trec"', '"questions"'));
  assert.equal(textOf('far/by-path.gatescope.json'), config('../data/questions.dataset.json'));
  assert.equal(textOf('other.gatescope.json'), TEXTS['other.gatescope.json']);
  assert.match(textOf('broken.gatescope.json'), /"dataset": "questions"/);
});

test('moved to where no name is looked for: a config has its path then', async () => {
  await fake.renameFiles([manifestAt('data/trec'), manifestAt('archive/old/trec')]);
  assert.equal(
    textOf('by-name.gatescope.json'),
    TEXTS['by-name.gatescope.json'].replaceAll('"trec"', '"archive/old/trec.dataset.json"'),
  );
  assert.equal(textOf('far/by-path.gatescope.json'), config('../archive/old/trec.dataset.json'));
});

test('two at once each take their own configs along', async () => {
  await fake.renameFiles([manifestAt('data/trec'), manifestAt('data/a')], [manifestAt('other'), manifestAt('b')]);
  assert.match(textOf('by-name.gatescope.json'), /"train": \{ "dataset": "a" \}, "test": \{ "dataset": "a" \}/);
  assert.equal(textOf('other.gatescope.json'), config('b'));
});

test('a file that is no manifest, or that becomes none, changes no config', async () => {
  await fake.renameFiles([join(folder, 'a.csv'), join(folder, 'b.csv')]);
  await fake.renameFiles([manifestAt('data/trec'), join(folder, 'data', 'trec.json')]);
  for (const [name, text] of Object.entries(TEXTS)) assert.equal(textOf(name), text);
});

test('F2: only a name of a dataset that is there can be renamed; the edit renames the file as well', async () => {
  const document = documentOf(join(folder, 'by-name.gatescope.json'));
  const at = (word: string) => document.positionAt(document.getText().indexOf(word) + 2) as never;
  const { placeholder } = await rename.prepareRename(document as never, at('"trec"'));
  assert.equal(placeholder, 'trec');
  await assert.rejects(rename.prepareRename(document as never, at('"train"')), /Only the name of a dataset/);
  const lost = new FakeDocument(join(folder, 'lost.gatescope.json'), config('lost'));
  const inLost = lost.positionAt(lost.getText().indexOf('"lost"') + 1) as never;
  await assert.rejects(rename.prepareRename(lost as never, inLost), /There is no dataset "lost"/);
  const edit = (await rename.provideRenameEdits(document as never, at('"trec"'), 'q.dataset.json')) as unknown;
  const { edits, renamed } = edit as WorkspaceEdit;
  assert.deepEqual(renamed, [[manifestAt('data/trec'), manifestAt('data/q')]]);
  assert.deepEqual(
    edits.map(({ text }) => text),
    ['"q"', '"q"', '"../data/q.dataset.json"', '"q"'],
  );
  for (const bad of ['', 'a/b', 'a:b'])
    await assert.rejects(rename.provideRenameEdits(document as never, at('"trec"'), bad), { code: 'dataset.badName' });
  assert.equal(await readFile(manifestAt('data/trec'), 'utf8'), MANIFEST);
});
