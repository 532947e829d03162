// The inspector panel against its page: which runs it is told of, what is computed for it and what is refused.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Memento } from 'vscode';
import type { InspectorContract } from '../../../extension/protocol/inspectorContract.ts';
import type { Trace } from '../../../extension/protocol/trace.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { FakePanel, fake, fakeLog } from './fakeVscode.ts';
import { call, eventNames, fakeCatalog, openPage } from './pageSupport.ts';
import { createFakeWorker, type FakeWorker, manifestOf, until } from './support.ts';

const { Inspector } = await import('../../../extension/host/webviews/inspector.ts');
const { Engine } = await import('../../../extension/host/training/engine.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');

const BEST = { loss: 1, epoch: 1, step: 5 };
let folder = '';
let runDir = '';
let rig: Awaited<ReturnType<typeof createRig>>;

async function createRig() {
  const asked: unknown[] = [];
  let worker: FakeWorker | undefined;
  const engine = new Engine(() => {
    worker = createFakeWorker({
      traceSources: (params) => {
        asked.push(params);
        return { epochs: [0], best: 1, layerCount: 1, probes: [] };
      },
      trace: (params, { signal }) => {
        asked.push(params);
        if (params.text !== 'slow') return { text: params.text, tokens: [] } as unknown as Trace;
        return new Promise((_, fail) => {
          signal.addEventListener('abort', () => {
            asked.push('aborted');
            fail(new CancelledError());
          });
        });
      },
    });
    return worker.transport;
  });
  await engine.call('traceSources', { runDir: '/x' });
  asked.length = 0;
  const runs = new RunList();
  runs.put({ dir: runDir, manifest: manifestOf('run-1', { best: BEST }) });
  runs.put({ dir: `${runDir}-2`, manifest: manifestOf('run-2') });
  const { catalog, changed } = fakeCatalog(runs);
  const shown: string[] = [];
  const extensionUri = { scheme: 'file', path: '/extension' } as never;
  const memento = mementoOf(new Map());
  const inspector = new Inspector({
    engine,
    catalog,
    log: fakeLog,
    extensionUri,
    workspaceState: memento,
    openDashboard: (runId) => shown.push(runId),
  });
  return { inspector, engine, worker: worker!, runs, changed, asked, shown };
}

function mementoOf(values: Map<string, unknown>): Memento {
  return {
    keys: () => [...values.keys()],
    get: (key: string, otherwise?: unknown) => values.get(key) ?? otherwise,
    update: async (key: string, value: unknown) => void values.set(key, value),
  } as Memento;
}

const openInspector = () => {
  const [panel] = fake.panels;
  return { panel, page: openPage<InspectorContract>(panel) };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-inspector-'));
  runDir = join(folder, '.gatescope', 'runs', 'run-1');
  await mkdir(runDir, { recursive: true });
  Object.assign(fake, { isTrusted: true, panels: [], answer: undefined, asked: [], opened: [], log: [] });
  rig = await createRig();
});
afterEach(async () => {
  rig.inspector.dispose();
  rig.engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

test('the page is told of runs with weights, and once what to show', async () => {
  rig.inspector.open({ runId: 'run-1', text: 'Who ?' });
  const { page } = openInspector();
  const first = await call(page, page.client.call('runs', {}));
  assert.deepEqual(
    [first.runs.map(({ id }) => id), first.focus, first.canTrace],
    [['run-1'], { runId: 'run-1', text: 'Who ?' }, true],
  );
  assert.equal((await call(page, page.client.call('runs', {}))).focus, undefined);
});

test('what the page remembers comes back with the panel after a reload, and not in a panel that is opened anew', async () => {
  rig.inspector.open();
  const { page } = openInspector();
  await call(page, page.client.call('keepState', { state: '{"text":"kept"}' }));
  assert.equal((await call(page, page.client.call('runs', {}))).kept, undefined);
  const panel = new FakePanel();
  await fake.serializers.get('gatescope.inspector')?.deserializeWebviewPanel(panel as never, undefined);
  const revived = openPage<InspectorContract>(panel);
  assert.equal((await call(revived, revived.client.call('runs', {}))).kept, '{"text":"kept"}');
});

test('a run that gets weights is told to the page, and a second open goes to the same panel', async () => {
  rig.inspector.open();
  const { panel, page } = openInspector();
  await call(page, page.client.call('runs', {}));
  rig.runs.put({ dir: `${runDir}-2`, manifest: manifestOf('run-2', { best: BEST }) });
  rig.changed.fire();
  await until(() => eventNames(panel).includes('runsChanged'));
  panel.posted.length = 0;
  rig.inspector.open({ text: 'selected' });
  assert.equal(fake.panels.length, 1);
  assert.deepEqual(panel.posted, [{ kind: 'event', event: 'focus', payload: { text: 'selected' } }]);
});

test('a trace is asked of the worker with the folder in place of the id', async () => {
  rig.inspector.open();
  const { page } = openInspector();
  const trace = await call(page, page.client.call('trace', { runId: 'run-1', text: 'Who ?', layers: [0] }));
  assert.equal(trace.text, 'Who ?');
  assert.deepEqual(rig.asked, [{ runDir, text: 'Who ?', layers: [0] }]);
  await assert.rejects(call(page, page.client.call('trace', { runId: 'run-9', text: 'x' })), /no longer there/);
});

test('what the page no longer wants ends in the worker; closing the page ends the rest', async () => {
  rig.inspector.open();
  const { panel, page } = openInspector();
  const unwanted = new AbortController();
  const first = page.client.call('trace', { runId: 'run-1', text: 'slow' }, { signal: unwanted.signal });
  await until(() => rig.asked.length === 1);
  unwanted.abort();
  await assert.rejects(call(page, first), CancelledError);
  assert.equal(rig.asked[1], 'aborted');
  page.client.call('trace', { runId: 'run-1', text: 'slow' }).catch(() => undefined);
  await until(() => rig.asked.length === 3);
  panel.dispose();
  await until(() => rig.asked.length === 4);
  assert.equal(rig.asked[3], 'aborted');
});

test('how far a search is goes to the page', async () => {
  rig.inspector.open();
  const { panel, page } = openInspector();
  await call(page, page.client.call('runs', {}));
  rig.worker.server.send('matching', { requestId: '1', tokensRead: 10, fraction: 0.5 });
  await until(() => eventNames(panel).includes('matching'));
});

test('in Restricted Mode what was stored is answered, and what would compute is refused with the reason', async () => {
  fake.isTrusted = false;
  rig.inspector.open();
  const { page } = openInspector();
  const { canTrace, whyNot } = await call(page, page.client.call('runs', {}));
  assert.equal(canTrace, false);
  assert.match(whyNot ?? '', /Tracing texts is off.*Restricted Mode\. Trust the folder/);
  assert.deepEqual((await call(page, page.client.call('traceSources', { runId: 'run-1' }))).epochs, [0]);
  const { length } = rig.asked;
  await assert.rejects(call(page, page.client.call('trace', { runId: 'run-1', text: 'x' })), /Restricted Mode/);
  const save = { runId: 'run-1', text: 'x', suggestedName: 'x.npz', format: 'npz' } as const;
  await assert.rejects(call(page, page.client.call('saveTrace', save)), /Restricted Mode/);
  assert.equal(rig.asked.length, length);
});

test('a data file opens only where the run’s own config names it, or the folder it lies in', async () => {
  const config = {
    data: { train: { path: 'train.csv' }, validation: { split: 0.1 }, test: { path: 'held/out' } },
  };
  await writeFile(join(runDir, 'config.json'), JSON.stringify(config));
  rig.inspector.open();
  const { page } = openInspector();
  const open = (path: string) => call(page, page.client.call('openDataLine', { runId: 'run-1', path, line: 3 }));
  const named = [join(folder, 'train.csv'), join(folder, 'held', 'out', 'a.txt')];
  for (const path of named) await open(path);
  assert.deepEqual(fake.opened, named);
  const others = [
    '/etc/passwd',
    'train.csv',
    join(folder, 'held', 'out', '..', 'x'),
    join(folder, 'held', 'outer.txt'),
  ];
  for (const path of [...others, folder, '']) await assert.rejects(open(path), /not part of the data/, path);
  assert.deepEqual(fake.opened, named);
});

test('the dashboard opens on the run; what a page may not ask is refused and logged', async () => {
  rig.inspector.open();
  const { page } = openInspector();
  await call(page, page.client.call('openDashboard', { runId: 'run-1' }));
  assert.deepEqual(rig.shown, ['run-1']);
  const bad = page.client.call as (method: string, params: unknown) => Promise<unknown>;
  await assert.rejects(call(page, bad('trace', { runDir: '/x', text: 'x' })), /Bad parameters/);
  await assert.rejects(call(page, bad('predict', { runId: 'run-1', text: 'x' })), /No such method/);
  assert.equal(fake.log.filter((line) => line.startsWith('error inspector')).length, 2);
});
