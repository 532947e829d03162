// A second run of a config that another process trains is asked about; runs of this window are not.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { RunManifest } from '../../../extension/schema/run.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { fake } from './fakeVscode.ts';
import { manifestOf } from './support.ts';

const { confirmSecondRun } = await import('../../../extension/host/training/confirmSecondRun.ts');
const runOf = (changes: Partial<RunManifest>) => ({ dir: '/x', manifest: manifestOf('run-1', changes) });
const CONFIG = '/project/trec.gatescope.json';

beforeEach(() => {
  fake.asked.length = 0;
  fake.answer = undefined;
});

test('ended runs and runs of this process are not asked about', async () => {
  await confirmSecondRun(CONFIG, [
    runOf({ status: 'completed', pid: 1 }),
    runOf({ status: 'running', pid: process.pid }),
  ]);
  assert.deepEqual(fake.asked, []);
});

test('a run of another process is: no answer cancels, Train Anyway goes on', async () => {
  const runs = [runOf({ status: 'paused', pid: process.pid + 1 })];
  await assert.rejects(confirmSecondRun(CONFIG, runs), CancelledError);
  assert.match(fake.asked[0], /trec\.gatescope\.json is being trained already.*run-1/);
  fake.answer = 'Train Anyway';
  await confirmSecondRun(CONFIG, runs);
});
