// The dataset panel against its page: what it is told, what is refused, and what goes on to the engine.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { DatasetCatalog } from '../../../extension/host/datasets/datasetCatalog.ts';
import type { DatasetAdvice } from '../../../extension/protocol/advice.ts';
import type { DatasetContract } from '../../../extension/protocol/datasetContract.ts';
import type { DatasetReport } from '../../../extension/protocol/datasetReport.ts';
import type { OpenedTable, TableRow } from '../../../extension/protocol/datasetTable.ts';
import { Emitter } from '../../../extension/util/emitter.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { fake, fakeLog } from './fakeVscode.ts';
import { call, eventNames, fakeCatalog, openPage } from './pageSupport.ts';
import { createFakeWorker, type FakeWorker, until } from './support.ts';

const { DatasetPage } = await import('../../../extension/host/webviews/datasetPage.ts');
const { Engine } = await import('../../../extension/host/training/engine.ts');
const { ExperimentReader } = await import('../../../extension/host/config/experimentReader.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');
const { configChecker } = await import('../../../extension/host/config/checkConfig.ts');

const PATH = '/data/weather.dataset.json';
const TABLE: OpenedTable = {
  rows: 3,
  fraction: 0.5,
  isComplete: false,
  manifest: { files: [{ path: 'weather.csv' }] },
  leftOut: [],
  columns: ['text'],
};
const ADVICE = { task: 'classification', entries: [] } as unknown as DatasetAdvice;
const REPORT: DatasetReport = { parts: [], scripts: [], findings: [], limits: [] };
let rig: Awaited<ReturnType<typeof createRig>>;

async function createRig() {
  const asked: unknown[] = [];
  let worker: FakeWorker | undefined;
  const engine = new Engine(() => {
    worker = createFakeWorker({
      openTable: (params) => {
        asked.push(params);
        return TABLE;
      },
      tableRow: ({ row }) => ({ row, path: '/data/weather.csv', line: row + 2 }) as TableRow,
      describeDataset: () => REPORT,
      adviseOnDataset: (params) => {
        asked.push(params);
        return ADVICE;
      },
      filterRows: (params, { signal }) => {
        asked.push(params);
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
  await engine.call('describeDataset', { path: PATH });
  const lists = new Emitter<void>();
  const manifests = new Emitter<string>();
  const reports = new Map<string, DatasetReport>();
  const datasets = {
    paths: [PATH],
    refresh: async () => undefined,
    put: (path: string, report: DatasetReport) => void reports.set(path, report),
    onList: (listener: () => void) => lists.on(listener),
    onManifest: (listener: (path: string) => void) => manifests.on(listener),
  } as unknown as DatasetCatalog;
  const { catalog } = fakeCatalog(new RunList());
  Object.assign(catalog, { configPaths: [] });
  const page = new DatasetPage({
    ...{ engine, datasets, catalog, log: fakeLog },
    reader: new ExperimentReader(configChecker),
    extensionUri: { scheme: 'file', path: '/extension' } as never,
  });
  return { page, engine, worker: worker!, asked, lists, manifests, reports };
}

const open = () => {
  rig.page.open({ path: PATH });
  const [panel] = fake.panels;
  return { panel, page: openPage<DatasetContract>(panel) };
};

beforeEach(async () => {
  Object.assign(fake, { isTrusted: true, panels: [], answer: undefined, asked: [], opened: [], log: [] });
  rig = await createRig();
});
afterEach(() => {
  rig.page.dispose();
  rig.engine.dispose();
});

test('the page is told of datasets, and once what to show', async () => {
  const { page } = open();
  const first = await call(page, page.client.call('datasets', {}));
  assert.deepEqual(first, {
    datasets: [{ path: PATH, title: 'weather', folder: '/data' }],
    focus: { path: PATH },
    whyNot: undefined,
  });
  assert.equal((await call(page, page.client.call('datasets', {}))).focus, undefined);
});

test('only datasets that the catalog knows are read, and none in Restricted Mode', async () => {
  const { page } = open();
  assert.deepEqual(await call(page, page.client.call('openTable', { path: PATH })), TABLE);
  const other = '/etc/other.dataset.json';
  await assert.rejects(call(page, page.client.call('openTable', { path: other })), /no longer there/);
  await assert.rejects(call(page, page.client.call('row', { path: other, row: 0 })), /no longer there/);
  fake.isTrusted = false;
  await assert.rejects(call(page, page.client.call('openTable', { path: PATH })), /Restricted Mode/);
  await assert.rejects(call(page, page.client.call('describe', { path: PATH })), /Restricted Mode/);
  const { whyNot } = await call(page, page.client.call('datasets', {}));
  assert.match(String(whyNot), /Restricted Mode/);
  assert.deepEqual(rig.asked, [{ path: PATH }]);
});

test('wrong parameters never reach the engine', async () => {
  const { page } = open();
  const wrong = page.client.call('openTable', { path: PATH, file: '/x' } as never);
  await assert.rejects(call(page, wrong), /unknown key file/);
  assert.deepEqual(rig.asked, []);
});

test('a filter that the page no longer wants ends in the engine', async () => {
  const { page } = open();
  const controller = new AbortController();
  const asking = page.client.call('filter', { path: PATH, filter: { text: 'a' } }, { signal: controller.signal });
  asking.catch(() => undefined);
  await until(() => rig.asked.length === 1);
  controller.abort();
  await until(() => rig.asked.includes('aborted'));
});

test('a report is kept for the view; a row opens where it stands', async () => {
  const { page } = open();
  assert.deepEqual(await call(page, page.client.call('describe', { path: PATH })), REPORT);
  assert.deepEqual(rig.reports.get(PATH), REPORT);
  await call(page, page.client.call('openRow', { path: PATH, row: 5 }));
  assert.deepEqual(fake.opened, ['/data/weather.csv']);
});

test('advice is asked of the engine with the settings of the folder', async () => {
  const { page } = open();
  assert.deepEqual(await call(page, page.client.call('advise', { path: PATH })), ADVICE);
  const engine = { backend: `engine.backend of ${PATH}`, threads: `engine.threads of ${PATH}` };
  assert.deepEqual(rig.asked, [{ path: PATH, engine }]);
  await assert.rejects(call(page, page.client.call('advise', { path: '/etc/other.dataset.json' })), /no longer there/);
});

test('progress and changes go to a page that has asked', async () => {
  const { panel, page } = open();
  rig.manifests.fire(PATH);
  assert.deepEqual(eventNames(panel), []);
  await call(page, page.client.call('datasets', {}));
  rig.manifests.fire(PATH);
  rig.lists.fire();
  rig.worker.server.send('counting', { path: PATH, state: { rows: 3, fraction: 1, isComplete: true } });
  rig.worker.server.send('filtering', { path: PATH, found: 1, fraction: 0.5 });
  await until(() => eventNames(panel).length === 4);
  assert.deepEqual(eventNames(panel), ['manifestChanged', 'datasetsChanged', 'counting', 'filtering']);
});
