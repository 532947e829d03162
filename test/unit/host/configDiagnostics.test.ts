// Diagnostics belong to the text that is shown, and data is read only when it may be.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { ConfigChecker } from '../../../extension/host/config/configProblem.ts';
import type { Engine } from '../../../extension/host/training/engine.ts';
import type { DataFinding } from '../../../extension/protocol/engineContract.ts';
import type { Experiment } from '../../../extension/schema/experiment.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { FakeDocument, fake, fakeLog } from './fakeVscode.ts';
import { until } from './support.ts';

const { ConfigDiagnostics } = await import('../../../extension/host/config/configDiagnostics.ts');

const GOOD = '{ "data": { "train": { "path": "x.csv" } }, "model": { "encoder": { "type": "lstm" } } }';
const BAD = GOOD.replace('"type"', '"typ"');

/** Finds the key "typ" wrong, and data of any text to lie at its start. */
const checker: ConfigChecker = {
  checkShape(text) {
    const start = text.indexOf('"typ"');
    if (start < 0) return { experiment: JSON.parse(text) as Experiment, problems: [] };
    const place = { start, end: start + 5 };
    return {
      problems: [{ ...place, code: 'config.unknownKey', severity: 'error', message: 'Unknown key.', fixes: [] }],
    };
  },
  checkFiles: async () => [],
  checkManifest: async (text) =>
    text === '{}'
      ? [{ code: 'config.missingKey', severity: 'error', message: 'No files.', start: 0, end: 1, fixes: [] }]
      : [],
  toDataProblem: (_text, { code, severity, message }) => ({ code, severity, message, start: 0, end: 1, fixes: [] }),
};

interface DataCall {
  text: string;
  signal: AbortSignal;
  answer(findings: DataFinding[]): void;
}

const path = '/project/a.gatescope.json';
let calls: DataCall[] = [];
let diagnostics: InstanceType<typeof ConfigDiagnostics>;

beforeEach(() => {
  calls = [];
  Object.assign(fake, { isTrusted: true, documents: [], log: [] });
  const engine = {
    call: (_method: string, params: { text: string }, { signal }: { signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new CancelledError()));
        calls.push({ text: params.text, signal, answer: resolve });
      }),
  } as unknown as Engine;
  mock.timers.enable({ apis: ['setTimeout'] });
  diagnostics = new ConfigDiagnostics(engine, checker, fakeLog);
});
afterEach(() => {
  diagnostics.dispose();
  mock.timers.reset();
});

const shown = (): string[] => (fake.diagnostics.get(`file://${path}`) ?? []).map(({ code }) => code ?? '');
const finding: DataFinding = {
  code: 'data.columnMissing',
  severity: 'error',
  message: 'No such column.',
  path: ['data', 'train'],
};

/** Lets the debounce pass, then waits for `isSo`. */
const settle = async (isSo: () => boolean): Promise<void> => {
  mock.timers.tick(1000);
  await until(isSo);
};

function open(text: string): FakeDocument {
  const document = new FakeDocument(path, text);
  fake.open(document);
  return document;
}

test('a problem of shape is shown with its code, and data is not read', async () => {
  open(BAD);
  await settle(() => shown().length > 0);
  assert.deepEqual(shown(), ['config.unknownKey']);
  assert.equal(calls.length, 0);
});

test('what the data says is shown for the text it was read for, and goes with it', async () => {
  const document = open(GOOD);
  await settle(() => calls.length === 1);
  calls[0].answer([finding]);
  await until(() => shown().includes('data.columnMissing'));
  document.type(`${GOOD} `);
  await settle(() => shown().length === 0);
});

test('an answer about a text that was changed meanwhile is not shown', async () => {
  const document = open(GOOD);
  await settle(() => calls.length === 1);
  document.type(`${GOOD} `);
  calls[0].answer([finding]);
  await settle(() => fake.diagnostics.has(`file://${path}`));
  assert.deepEqual(shown(), []);
});

test('a newer save ends the reading for the older one', async () => {
  const document = open(GOOD);
  await settle(() => calls.length === 1);
  document.type(`${GOOD} `);
  document.save();
  await settle(() => calls.length === 2);
  assert.equal(calls[0].signal.aborted, true);
  assert.equal(calls[1].text, `${GOOD} `);
  assert.deepEqual(fake.log, []);
});

test('data is not read for unsaved text nor in Restricted Mode; trust makes up for it', async () => {
  fake.isTrusted = false;
  const document = open(GOOD);
  document.type(`${GOOD} `);
  await settle(() => fake.diagnostics.has(`file://${path}`));
  document.save();
  await settle(() => true);
  await diagnostics.check(document as never);
  assert.equal(calls.length, 0);
  fake.grantTrust();
  await settle(() => calls.length === 1);
});

test('Train gets all problems of the text at once', async () => {
  const problems = await diagnostics.check(new FakeDocument(path, BAD) as never);
  assert.ok(problems.some(({ severity }) => severity === 'error'));
  assert.deepEqual(await diagnostics.check(new FakeDocument(path, GOOD) as never), []);
});

test('a manifest is checked as one, and its data is not read', async () => {
  const manifest = new FakeDocument('/project/a.dataset.json', '{}');
  fake.open(manifest);
  await settle(() => fake.diagnostics.get('file:///project/a.dataset.json')?.length === 1);
  assert.equal(fake.diagnostics.get('file:///project/a.dataset.json')?.[0].message, 'No files.');
  manifest.type('{ "files": [] }');
  manifest.save();
  await settle(() => fake.diagnostics.get('file:///project/a.dataset.json')?.length === 0);
  assert.equal(calls.length, 0);
});
