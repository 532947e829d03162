// Inspect Gates and Inspect Gates of Selection: what is shown, and what is said where nothing can be.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { InspectorFocus } from '../../../extension/protocol/inspectorContract.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { fake } from './fakeVscode.ts';
import { fakeCatalog } from './pageSupport.ts';
import { manifestOf } from './support.ts';

const { createInspectorCommands } = await import('../../../extension/host/commands/inspectorCommands.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');

const BEST = { loss: 1, epoch: 1, step: 5 };

function createRig(hasRuns = true) {
  const runs = new RunList();
  if (hasRuns) {
    runs.put({ dir: '/runs/good', manifest: manifestOf('good', { best: BEST }) });
    runs.put({ dir: '/runs/failed', manifest: manifestOf('failed', { status: 'failed' }) });
  }
  const shown: (InspectorFocus | undefined)[] = [];
  const { catalog } = fakeCatalog(runs);
  const api = createInspectorCommands({ catalog, inspector: { open: (focus) => shown.push(focus) } });
  return { open: api['gatescope.inspector.open'], ofSelection: api['gatescope.inspector.inspectSelection'], shown };
}

const isError = (code: string) => (error: unknown) => UserError.is(error, code);

beforeEach(() => Object.assign(fake, { isTrusted: true, selected: '' }));

test('a run of the list, a run by its id, and the one run with weights where nothing is said', async () => {
  const { open, shown } = createRig();
  assert.equal(await open({ kind: 'run', runId: 'good' }), 'good');
  assert.equal(await open('good'), 'good');
  assert.equal(await open(), 'good');
  assert.deepEqual(shown, [{ runId: 'good' }, { runId: 'good' }, { runId: 'good' }]);
});

test('a text is shown in the given run, or in the one that was looked at last', async () => {
  const { open, shown } = createRig();
  assert.equal(await open({ runId: 'good', text: 'Who ?', epoch: 0 }), 'good');
  assert.equal(await open({ text: 'Who ?' }), undefined);
  assert.deepEqual(shown, [{ runId: 'good', text: 'Who ?', epoch: 0 }, { text: 'Who ?' }]);
});

test('a run without weights, one that is gone, and no run at all are said to be', async () => {
  const { open, shown } = createRig();
  await assert.rejects(open({ kind: 'run', runId: 'failed' }), isError('run.noWeights'));
  await assert.rejects(open({ runId: 'gone' }), isError('run.notFound'));
  await assert.rejects(createRig(false).open(), isError('run.none'));
  assert.deepEqual(shown, []);
});

test('what is selected is shown without the blanks around it', async () => {
  const { ofSelection, shown } = createRig();
  fake.selected = '  Who wrote it ?\n';
  assert.equal(await ofSelection(), 'Who wrote it ?');
  assert.deepEqual(shown, [{ text: 'Who wrote it ?' }]);
});

test('no selection, a whole book, Restricted Mode and no run are refused with what to do', async () => {
  const { ofSelection, shown } = createRig();
  await assert.rejects(ofSelection(), isError('inspector.noSelection'));
  fake.selected = 'a'.repeat(20_001);
  await assert.rejects(ofSelection(), isError('inspector.longSelection'));
  fake.selected = 'Who ?';
  await assert.rejects(createRig(false).ofSelection(), isError('run.none'));
  fake.isTrusted = false;
  await assert.rejects(ofSelection(), isError('training.untrusted'));
  assert.deepEqual(shown, []);
});
