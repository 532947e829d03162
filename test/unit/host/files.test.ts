// What the host reads and writes on disk without VS Code: copies of examples, facts on data files.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { configsIn, copyNewFolder, exists, freePath } from '../../../extension/host/commands/fileCopies.ts';
import { datasetFacts, datasetName, namedSources } from '../../../extension/host/views/datasetFacts.ts';
import type { Experiment } from '../../../extension/schema/experiment.ts';
import { manifestOf } from './support.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-files-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a free path counts up', async () => {
  await writeFile(join(folder, 'a.gatescope.json'), '');
  await writeFile(join(folder, 'a-2.gatescope.json'), '');
  assert.equal(await freePath(folder, 'b', '.gatescope.json'), join(folder, 'b.gatescope.json'));
  assert.equal(await freePath(folder, 'a', '.gatescope.json'), join(folder, 'a-3.gatescope.json'));
});

test('an example is copied without runs, and never over what is there', async () => {
  const source = join(folder, 'source');
  await mkdir(join(source, '.gatescope', 'runs'), { recursive: true });
  await writeFile(join(source, 'x.gatescope.json'), 'config');
  await writeFile(join(source, '.gatescope', 'runs', 'old'), '');
  const target = join(folder, 'target');
  await copyNewFolder(source, target);
  assert.deepEqual(await configsIn(target), ['x.gatescope.json']);
  assert.equal(await exists(join(target, '.gatescope')), false);
  await writeFile(join(target, 'x.gatescope.json'), 'mine');
  await assert.rejects(copyNewFolder(source, target));
  assert.equal(await readFile(join(target, 'x.gatescope.json'), 'utf8'), 'mine');
});

const experiment: Experiment = {
  data: { train: { path: 'data/train.csv' }, validation: { split: 0.1 }, test: { path: '../elsewhere.csv' } },
  model: { encoder: { type: 'lstm' } },
};

test('the files that a config names, relative to it', () => {
  assert.deepEqual(namedSources(experiment, '/project/exp'), [
    { part: 'train', path: '/project/exp/data/train.csv' },
    { part: 'test', path: '/project/elsewhere.csv' },
  ]);
});

test('facts: missing files are marked, rows and labels come from the latest run that knows them', async () => {
  const project = join(folder, 'project');
  const runDir = join(project, '.gatescope', 'runs', 'r1');
  await mkdir(join(project, 'data'), { recursive: true });
  await mkdir(runDir, { recursive: true });
  await writeFile(join(project, 'data', 'train.csv'), 'text,label\n');
  await writeFile(join(runDir, 'config.json'), JSON.stringify(experiment));
  await writeFile(join(runDir, 'environment.json'), JSON.stringify({ data: { train: 90, validation: 10, test: 7 } }));
  const configPath = join(project, 'trec.gatescope.json');
  const before = await datasetFacts(configPath, experiment, []);
  assert.deepEqual(
    before.map(({ part, isThere, rows }) => [part, isThere, rows]),
    [
      ['train', true, undefined],
      ['test', false, undefined],
    ],
  );
  const runs = [{ dir: runDir, manifest: manifestOf('r1', { labels: ['a', 'b'] }) }];
  const [train, testPart] = await datasetFacts(configPath, experiment, runs);
  assert.equal(train.rows, 100);
  assert.equal(train.labels, 2);
  assert.equal(testPart.rows, 7);
  const task = 'languageModel';
  await writeFile(join(runDir, 'config.json'), JSON.stringify({ ...experiment, task }));
  const textRuns = [{ dir: runDir, manifest: manifestOf('r1', { task, labels: [] }) }];
  const [text] = await datasetFacts(configPath, experiment, textRuns);
  assert.deepEqual([text.tokens, text.rows, text.labels], [100, undefined, undefined]);
  assert.equal(datasetName(train), join('data', 'train.csv'));
  assert.equal(datasetName(testPart), join(folder, 'elsewhere.csv'));
});
