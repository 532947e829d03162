// The dashboard panel against a page that comes, hides, comes back and misbehaves.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { DashboardContract } from '../../../extension/protocol/dashboardContract.ts';
import { type MetricFrame, toMetricFrame } from '../../../extension/protocol/metricFrame.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { RunMetrics } from '../../../webview/shared/runMetrics.ts';
import { FakeDocument, fake, fakeLog } from './fakeVscode.ts';
import { call, eventNames, fakeCatalog, openPage } from './pageSupport.ts';
import { createFakeWorker, type FakeWorker, manifestOf, until } from './support.ts';

const { Dashboard } = await import('../../../extension/host/webviews/dashboard.ts');
const { Engine } = await import('../../../extension/host/training/engine.ts');
const { TrainingQueue } = await import('../../../extension/host/training/trainingQueue.ts');
const { ConfigPlans } = await import('../../../extension/host/commands/configPlans.ts');
const { configChecker } = await import('../../../extension/host/config/checkConfig.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');

const CONFIG = 'a.gatescope.json';
let folder = '';
let runDir = '';
let inspected: unknown[] = [];
let rig: Awaited<ReturnType<typeof createRig>>;

async function createRig() {
  let worker: FakeWorker | undefined;
  const engine = new Engine(() => {
    worker = createFakeWorker({
      plan: () => ({
        parameters: [],
        total: 0,
        groups: [],
        rates: { stepsPerEpoch: 1, steps: [], groups: [] },
        vocabulary: 0,
        examples: { train: 0, validation: 0, test: 0 },
      }),
    });
    return worker.transport;
  });
  await engine.call('plan', { configPath: '/x', text: '' });
  const runs = new RunList();
  runs.put({ dir: runDir, manifest: manifestOf('run-1') });
  const { catalog, changed } = fakeCatalog(runs);
  const queue = new TrainingQueue({ engine, markCrashed: async () => undefined });
  const extensionUri = { scheme: 'file', path: '/extension' } as never;
  const dashboard = new Dashboard({
    engine,
    catalog,
    queue,
    log: fakeLog,
    extensionUri,
    plans: new ConfigPlans({ engine, checker: configChecker, catalog: { configPaths: [join(folder, CONFIG)] } }),
    inspect: (focus) => inspected.push(focus),
  });
  return { dashboard, engine, worker: worker!, changed, runs };
}

const frame = (seq: number) => toMetricFrame('run-1', seq, [{ type: 'message', t: 0, level: 'info', text: 'x' }]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-dashboard-'));
  runDir = join(folder, '.gatescope', 'runs', 'run-1');
  await mkdir(runDir, { recursive: true });
  Object.assign(fake, { isTrusted: true, panels: [], answer: undefined, asked: [], opened: [], log: [] });
  inspected = [];
  rig = await createRig();
});
afterEach(async () => {
  rig.dashboard.dispose();
  rig.engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

test('a page gets the runs, and the run to show first exactly once', async () => {
  rig.dashboard.open('run-1');
  const page = openPage<DashboardContract>(fake.panels[0]);
  const first = await call(page, page.client.call('runs', {}));
  assert.deepEqual(
    [first.runs.map(({ id }) => id), first.focus, first.canTrain],
    [['run-1'], { runId: 'run-1' }, true],
  );
  assert.equal((await call(page, page.client.call('runs', {}))).focus, undefined);
});

test('frames reach a page that has asked, none is sent while it is hidden', async () => {
  rig.dashboard.open();
  const [panel] = fake.panels;
  const page = openPage<DashboardContract>(panel);
  rig.worker.server.send('append', frame(0));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(eventNames(panel), [], 'before it asked');
  await call(page, page.client.call('runs', {}));
  rig.worker.server.send('append', frame(1));
  await until(() => eventNames(panel).includes('append'));
  panel.posted.length = 0;
  panel.show(false);
  panel.show(true);
  rig.worker.server.send('append', frame(2));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(eventNames(panel), [], 'a page that came back has not asked yet');
  await call(page, page.client.call('runs', {}));
  rig.worker.server.send('append', frame(3));
  await until(() => eventNames(panel).includes('append'));
});

/** `count` lines of a log from line `seq` on. */
const linesFrom = (seq: number, count: number): RunEvent[] =>
  Array.from({ length: count }, (_, at): RunEvent => ({ type: 'message', t: seq + at, level: 'info', text: 'x' }));

/** A page that takes one message a turn, and what it then knows of the run. */
async function slowPage() {
  rig.dashboard.open();
  const [panel] = fake.panels;
  const page = openPage<DashboardContract>(panel);
  await call(page, page.client.call('runs', {}));
  const metrics = new RunMetrics('run-1');
  const taken: { frame: MetricFrame; result: string }[] = [];
  page.client.on('append', (frame) => taken.push({ frame, result: metrics.take(frame) }));
  return { panel, page, metrics, taken };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a page that takes a tenth of the frames gets all of them, in order, in a tenth as many', async () => {
  const { panel, page, metrics, taken } = await slowPage();
  for (let turn = 0; turn < 100; turn++) {
    for (let at = 0; at < 10; at++) {
      const seq = (turn * 10 + at) * 5;
      rig.worker.server.send('append', toMetricFrame('run-1', seq, linesFrom(seq, 5)));
    }
    rig.changed.fire();
    await settle();
    assert.equal(panel.posted.length, 1, 'one event is under way, whatever waits');
    page.refresh();
    await settle();
  }
  await until(() => {
    page.refresh();
    return metrics.nextSeq === 5000;
  });
  assert.ok(taken.length <= 110, `${taken.length} frames`);
  assert.ok(taken.every(({ result }) => result === 'taken'));
  assert.deepEqual(
    metrics.messages.map(({ t }) => t),
    Array.from({ length: 5000 }, (_, at) => at),
  );
});

test('what a page asks is answered before the metrics that wait for it', async () => {
  const { panel, page } = await slowPage();
  for (let seq = 0; seq < 1000; seq++) {
    rig.worker.server.send('append', toMetricFrame('run-1', seq, linesFrom(seq, 1)));
  }
  await settle();
  const answer = page.client.call('evaluation', { runId: 'run-1' });
  await until(() => panel.posted.length === 2);
  assert.deepEqual(
    panel.posted.map((message) => (message as { kind: string }).kind),
    ['event', 'ok'],
  );
  page.refresh();
  assert.equal(await answer, null);
});

test('a page that was reloaded before it took a frame gets the next ones', async () => {
  const { panel } = await slowPage();
  rig.worker.server.send('append', frame(0));
  await until(() => eventNames(panel).includes('append'));
  panel.posted.length = 0;
  rig.worker.server.send('append', frame(1));
  await settle();
  assert.deepEqual(eventNames(panel), [], 'the first one is still under way');
  const fresh = openPage<DashboardContract>(panel);
  const seqs: number[] = [];
  fresh.client.on('append', ({ seq }) => seqs.push(seq));
  await call(fresh, fresh.client.call('runs', {}));
  await until(() => {
    fresh.refresh();
    return seqs.length > 0;
  });
  assert.deepEqual(seqs, [1]);
});

test('a second open shows the same panel; a page that listens is told the run', async () => {
  rig.dashboard.open();
  const [panel] = fake.panels;
  const page = openPage<DashboardContract>(panel);
  await call(page, page.client.call('runs', {}));
  rig.dashboard.open('run-1');
  assert.equal(fake.panels.length, 1);
  assert.deepEqual(eventNames(panel), ['focus']);
  panel.show(false);
  rig.dashboard.open('run-1');
  assert.deepEqual((await call(page, page.client.call('runs', {}))).focus, { runId: 'run-1' });
});

test('in Restricted Mode the page is told why there is no training; trust makes a fresh document', async () => {
  fake.isTrusted = false;
  rig.dashboard.open();
  const [panel] = fake.panels;
  const page = openPage<DashboardContract>(panel);
  const { canTrain, whyNot } = await call(page, page.client.call('runs', {}));
  assert.equal(canTrain, false);
  assert.match(whyNot ?? '', /Restricted Mode\. Trust the folder/);
  await assert.rejects(call(page, page.client.call('predict', { runId: 'run-1', text: 'x' })), /Restricted Mode/);
  const settings = { prompt: '', length: 1, temperature: 1, seed: 1 };
  await assert.rejects(call(page, page.client.call('generate', { runId: 'run-1', settings })), /Restricted Mode/);
  const before = panel.webview.html;
  fake.grantTrust();
  assert.notEqual(panel.webview.html, before);
});

test('the plan of a config of the workspace is shown, of no other file; a page that listens hears when it is saved', async () => {
  const configPath = join(folder, CONFIG);
  fake.documents = [
    new FakeDocument(
      configPath,
      '{"name":"Mine","data":{"train":{"path":"x.csv"}},"model":{"encoder":{"type":"lstm"}}}',
    ),
  ];
  rig.dashboard.openPlan(configPath);
  const [panel] = fake.panels;
  const page = openPage<DashboardContract>(panel);
  assert.deepEqual((await call(page, page.client.call('runs', {}))).focus, { configPath });
  const { name, plan, found } = await call(page, page.client.call('plan', { configPath }));
  assert.deepEqual([name, plan.total, found], ['Mine', 0, undefined]);
  const other = join(folder, 'other.gatescope.json');
  for (const method of ['plan', 'findRate', 'showConfig'] as const)
    await assert.rejects(
      call<unknown>(page, page.client.call(method, { configPath: other })),
      /no config of this workspace/,
    );
  panel.posted.length = 0;
  fake.documents[0].save();
  await until(() => eventNames(panel).includes('configSaved'));
  fake.isTrusted = false;
  await assert.rejects(call(page, page.client.call('plan', { configPath })), /Restricted Mode/);
});

test('an example opens only where the run’s own evaluation names it', async () => {
  const misclassified = [{ path: 'data.csv', line: 3, text: 'x', label: 'a', predicted: 'b', probability: 1 }];
  await writeFile(join(runDir, 'evaluation.json'), JSON.stringify({ validation: { misclassified } }));
  rig.dashboard.open();
  const page = openPage<DashboardContract>(fake.panels[0]);
  const open = (path: string, line: number) =>
    call(page, page.client.call('openExample', { runId: 'run-1', path, line }));
  await open('data.csv', 3);
  assert.deepEqual(fake.opened, [join(folder, 'data.csv')]);
  await assert.rejects(open('/etc/passwd', 3), /does not name/);
  await assert.rejects(open('data.csv', 4), /does not name/);
  assert.equal(fake.opened.length, 1);
});

test('the gates of a run are inspected where it has weights', async () => {
  rig.dashboard.open();
  const page = openPage<DashboardContract>(fake.panels[0]);
  const inspect = () => call(page, page.client.call('inspect', { runId: 'run-1', text: 'Who ?' }));
  await assert.rejects(inspect(), /run-1 has no weights/);
  rig.runs.put({ dir: runDir, manifest: manifestOf('run-1', { best: { loss: 1, epoch: 1, step: 5 } }) });
  await inspect();
  assert.deepEqual(inspected, [{ runId: 'run-1', text: 'Who ?' }]);
});

test('runs are deleted only after the user said so', async () => {
  await writeFile(join(runDir, 'run.json'), JSON.stringify(manifestOf('run-1')));
  rig.dashboard.open();
  const page = openPage<DashboardContract>(fake.panels[0]);
  const remove = () => call(page, page.client.call('deleteRuns', { runIds: ['run-1'] }));
  assert.deepEqual(await remove(), []);
  assert.match(fake.asked[0], /run-1/);
  fake.answer = 'Delete';
  assert.deepEqual(await remove(), ['run-1']);
  await assert.rejects(writeFile(join(runDir, 'x'), ''), { code: 'ENOENT' });
});

test('what a page may not ask is refused and logged', async () => {
  rig.dashboard.open();
  const page = openPage<DashboardContract>(fake.panels[0]);
  const bad = page.client.call as (method: string, params: unknown) => Promise<unknown>;
  await assert.rejects(call(page, bad('metrics', { runId: '../../x' })), /Bad parameters/);
  await assert.rejects(call(page, bad('executeCommand', { id: 'x' })), /No such method/);
  await assert.rejects(call(page, bad('openConfig', { runId: 'unknown' })), /no longer there/);
  assert.equal(fake.log.filter((line) => line.startsWith('error')).length, 2);
});
