import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bestScoreOf,
  configPathOf,
  durationOf,
  type ListedRun,
  RunList,
  scoreOf,
} from '../../../extension/host/views/runList.ts';
import { runDescription, runFacts, statusIcon } from '../../../extension/host/views/runText.ts';
import { RUN_STATUSES, type RunManifest } from '../../../extension/schema/run.ts';
import { manifestOf } from './support.ts';

const runOf = (id: string, changes: Partial<RunManifest> = {}, folder = '/project'): ListedRun => ({
  dir: `${folder}/.gatescope/runs/${id}`,
  manifest: manifestOf(id, changes),
});
const scores = (accuracy: number) => ({ loss: 1, accuracy, macroF1: accuracy, weightedF1: accuracy });

test('runs are newest first, whatever order they came in', () => {
  const list = new RunList();
  list.replaceAll([
    runOf('b', { startedAt: '2026-01-02T00:00:00.000Z' }),
    runOf('c', { startedAt: '2026-01-03T00:00:00.000Z' }),
    runOf('a', { startedAt: '2026-01-01T00:00:00.000Z' }),
  ]);
  list.put(runOf('d', { startedAt: '2026-01-04T00:00:00.000Z' }));
  assert.deepEqual(
    list.all().map(({ manifest }) => manifest.id),
    ['d', 'c', 'b', 'a'],
  );
});

test('of two folders with one id the first is listed and the other is told', () => {
  const list = new RunList();
  const leftOut = list.replaceAll([runOf('a', {}, '/one'), runOf('a', {}, '/two')]);
  assert.deepEqual(leftOut, ['/two/.gatescope/runs/a']);
  assert.equal(list.find('a')?.dir, '/one/.gatescope/runs/a');
});

test('a changed manifest takes the place of the old one; progress goes when the run ends', () => {
  const list = new RunList();
  list.put(runOf('a', { status: 'running', endedAt: undefined }));
  list.putProgress({ runId: 'a', phase: 'training', fraction: 0.5, epoch: 1, epochs: 2, step: 1, steps: 2 });
  assert.equal(list.summaries(0)[0].progress?.fraction, 0.5);
  list.put(runOf('a', { status: 'completed' }));
  assert.equal(list.size, 1);
  assert.equal(list.summaries(0)[0].progress, undefined);
  assert.equal(list.summaries(0)[0].status, 'completed');
});

test('runs belong to the config in the folder that holds .gatescope', () => {
  const list = new RunList();
  list.replaceAll([runOf('a'), runOf('b', { config: 'sub/other.gatescope.json' })]);
  assert.equal(configPathOf(runOf('a')), '/project/trec.gatescope.json');
  assert.deepEqual(
    list.ofConfig('/project/sub/other.gatescope.json').map(({ manifest }) => manifest.id),
    ['b'],
  );
});

test('duration: to the end, to now while active, to the last write after a crash', () => {
  const startMs = Date.parse('2026-01-02T03:04:05.000Z');
  assert.equal(durationOf(runOf('a'), startMs + 1e9), 63);
  assert.equal(durationOf(runOf('a', { status: 'running', endedAt: undefined }), startMs + 5000), 5);
  const crashed = runOf('a', { status: 'crashed', endedAt: undefined });
  assert.equal(durationOf({ ...crashed, changedAtMs: startMs + 7000 }, startMs + 1e9), 7);
  assert.equal(durationOf(crashed, startMs + 1e9), 0);
  const endMs = startMs + 63_000;
  const resumed = { resumedAt: new Date(endMs - 3000).toISOString(), earlierS: 20 };
  assert.equal(durationOf(runOf('a', resumed), startMs + 1e9), 23);
});

test('the score of a run is its test score, else its best validation score', () => {
  const best = { ...scores(0.8), epoch: 3, step: 30 };
  assert.equal(scoreOf(manifestOf('a')), undefined);
  const task = 'classification';
  assert.deepEqual(scoreOf(manifestOf('a', { best })), { split: 'validation', task, scores: best });
  const test = scores(0.7);
  assert.deepEqual(scoreOf(manifestOf('a', { best, test })), { split: 'test', task, scores: test });
});

test('the best of several runs prefers test scores to validation scores', () => {
  const best = { ...scores(0.99), epoch: 1, step: 1 };
  const manifests = [
    manifestOf('a', { best }),
    manifestOf('b', { test: scores(0.7) }),
    manifestOf('c', { test: scores(0.75) }),
  ];
  assert.deepEqual(bestScoreOf(manifests), scoreOf(manifests[2]));
  assert.deepEqual(bestScoreOf(manifests.slice(0, 1)), scoreOf(manifests[0]));
  assert.equal(bestScoreOf([]), undefined);
});

test('of language models the one with the lowest perplexity is the best', () => {
  const task = 'languageModel';
  const textRun = (id: string, loss: number) => {
    const test = { loss, perplexity: Math.exp(loss), bitsPerCharacter: loss / Math.LN2 };
    return manifestOf(id, { task, labels: [], test });
  };
  const manifests = [textRun('a', 2), textRun('b', 1.5), textRun('c', 1.7)];
  assert.deepEqual(bestScoreOf(manifests), scoreOf(manifests[1]));
  assert.equal(runDescription(manifests[1], 63), 'test 4.482 ppl · 1 min 03 s');
  assert.equal(new Map(runFacts(manifests[1], 63)).get('Test perplexity'), '4.482');
});

test('every status has an icon of its own', () => {
  const icons = RUN_STATUSES.map((status) => statusIcon(status).icon);
  assert.equal(new Set(icons).size, RUN_STATUSES.length);
});

test('a run in words', () => {
  const manifest = manifestOf('a', { test: scores(0.8724), problem: { code: 'x', message: 'Out of memory.' } });
  assert.equal(runDescription(manifest, 63), 'test 87.2 % · 1 min 03 s');
  assert.equal(runDescription(manifestOf('a'), 3), '3 s');
  const facts = new Map(runFacts(manifest, 63));
  assert.equal(facts.get('Epochs'), '2 of 2');
  assert.equal(facts.get('Problem'), 'Out of memory.');
  assert.equal(facts.has('Note'), false);
});
