// Compare Configs of Two Runs: which two, in which order, and what VS Code is asked to show.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { CancelledError } from '../../../extension/util/userError.ts';
import { fake, type Uri } from './fakeVscode.ts';
import { manifestOf } from './support.ts';

const { createCompareConfigsCommand } = await import('../../../extension/host/commands/compareConfigsCommand.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');

const RUNS = ['a', 'b', 'c'].map((id, at) => ({
  dir: `/w/.gatescope/runs/${id}`,
  manifest: manifestOf(id, { name: `run ${id}`, startedAt: `2026-01-0${at + 1}T00:00:00.000Z` }),
}));

function compare(ids: readonly string[], target?: unknown, selected?: unknown) {
  const runs = new RunList();
  for (const run of RUNS) if (ids.includes(run.manifest.id)) runs.put(run);
  let refreshed = 0;
  const catalog = { runs, refresh: async () => void refreshed++ } as never;
  return createCompareConfigsCommand({ catalog })['gatescope.run.compareConfigs'](target, selected);
}
const nodeOf = (runId: string) => ({ kind: 'run', runId });

beforeEach(() => Object.assign(fake, { executed: [], picks: [] }));

test('two that are selected in the list are shown side by side, the older one left, whichever was clicked', async () => {
  const nodes = [nodeOf('c'), nodeOf('a')];
  assert.deepEqual(await compare(['a', 'b', 'c'], nodes[0], nodes), ['a', 'c']);
  const [command, left, right, title] = fake.executed[0];
  assert.equal(command, 'vscode.diff');
  const pathOf = (uri: unknown): string => (uri as Uri).fsPath;
  assert.equal(pathOf(left), join('/w/.gatescope/runs/a', 'config.json'));
  assert.equal(pathOf(right), join('/w/.gatescope/runs/c', 'config.json'));
  assert.equal(title, 'run a ↔ run c (configs)');
});

test('what is not selected is picked from a list, which does not offer the same run twice', async () => {
  fake.picks = ['run b', 'run b'];
  await assert.rejects(compare(['a', 'b', 'c']), CancelledError);
  fake.picks = ['run b', 'run a'];
  assert.deepEqual(await compare(['a', 'b', 'c']), ['a', 'b']);
  fake.picks = ['run c'];
  assert.deepEqual(await compare(['a', 'b', 'c'], nodeOf('b')), ['b', 'c']);
});

test('ids are taken as from a keybinding; the same run twice is one run', async () => {
  assert.deepEqual(await compare(['a', 'b', 'c'], 'b', ['a']), ['a', 'b']);
  fake.picks = ['run c'];
  assert.deepEqual(await compare(['a', 'b', 'c'], 'b', ['b']), ['b', 'c']);
});

test('one run alone, and three selected, are said; nothing opens', async () => {
  await assert.rejects(compare(['a']), { code: 'run.tooFew' });
  await assert.rejects(compare([]), { code: 'run.tooFew' });
  const nodes = ['a', 'b', 'c'].map(nodeOf);
  await assert.rejects(compare(['a', 'b', 'c'], nodes[0], nodes), { code: 'run.tooMany' });
  assert.deepEqual(fake.executed, []);
});
