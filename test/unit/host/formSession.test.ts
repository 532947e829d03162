// The form's end in the host: what its page may send, edits one after the other, problems that move with the text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigProblem } from '../../../extension/config/problem.ts';
import type { ConfigDiagnostics } from '../../../extension/host/config/configDiagnostics.ts';
import { checkFormParams } from '../../../extension/host/webviews/formParams.ts';
import type { FormChange, FormField } from '../../../extension/protocol/formContract.ts';
import { childrenOf } from '../../../webview/form/formView.ts';
import { FORM_TEXTS } from '../../support/formTexts.ts';
import { FakeDocument, fake } from './fakeVscode.ts';
import './fakeVscodeHooks.ts';

const { FormSession } = await import('../../../extension/host/webviews/formSession.ts');

const signal = new AbortController().signal;

function openForm(text: string, problems: ConfigProblem[] = []) {
  const document = new FakeDocument('/w/trec.gatescope.json', text);
  fake.documents = [document];
  const diagnostics = { isUpToDate: () => true, problemsOf: () => problems, check: async () => problems };
  const session = new FormSession(document as never, diagnostics as unknown as ConfigDiagnostics);
  const change = (wanted: FormChange) => session.handlers.change({ change: wanted }, { signal });
  return { document, session, change };
}

const fieldsIn = (field: FormField): FormField[] => [field, ...childrenOf(field).flatMap(fieldsIn)];

test('a page may send what the contract says, and nothing else', () => {
  const good: [string, unknown][] = [
    ['state', {}],
    ['change', { change: { kind: 'set', path: ['training', 'epochs'], value: 3 } }],
    ['change', { change: { kind: 'set', path: ['probes', 0], value: 'x' } }],
    ['change', { change: { kind: 'reset', path: ['name'] } }],
    ['change', { change: { kind: 'choose', path: ['model', 'encoder'], branch: 1 } }],
    ['change', { change: { kind: 'add', path: ['probes'], value: 'x' } }],
    ['change', { change: { kind: 'move', path: ['probes', 1], by: -1 } }],
    ['change', { change: { kind: 'start' } }],
    ['fix', { message: 'a', title: 'b' }],
    ['showText', { path: ['name'] }],
    ['showText', {}],
    ['save', {}],
    ['train', {}],
  ];
  for (const [method, params] of good)
    assert.equal(checkFormParams(method, params), undefined, `${method} ${JSON.stringify(params)}`);
  const bad: [string, unknown][] = [
    ['change', {}],
    ['change', { change: { kind: 'write', path: [] } }],
    ['change', { change: { kind: 'toString' } }],
    ['change', { change: { kind: 'set', path: ['name'], value: { a: 1 } } }],
    ['change', { change: { kind: 'set', path: ['name'], value: null } }],
    ['change', { change: { kind: 'set', path: ['name'], value: Number.NaN } }],
    ['change', { change: { kind: 'set', path: 'name', value: 1 } }],
    ['change', { change: { kind: 'set', path: ['name'], value: 1, text: '' } }],
    ['change', { change: { kind: 'reset', path: Array.from({ length: 21 }, () => 'a') } }],
    ['change', { change: { kind: 'reset', path: [-1] } }],
    ['change', { change: { kind: 'choose', path: ['model'], branch: 0.5 } }],
    ['save', { path: '/etc/passwd' }],
    ['train', { command: 'x' }],
    ['executeCommand', {}],
  ];
  for (const [method, params] of bad)
    assert.notEqual(checkFormParams(method, params), undefined, `${method} ${JSON.stringify(params)}`);
});

test('changes that come at once are made one after the other, each on the text that the last one left', async () => {
  const { document, session, change } = openForm(FORM_TEXTS.minimal);
  await Promise.all([
    change({ kind: 'set', path: ['training', 'epochs'], value: 3 }),
    change({ kind: 'set', path: ['training', 'seed'], value: 7 }),
    change({ kind: 'add', path: ['probes'], value: 'Why ?' }),
  ]);
  assert.match(document.getText(), /"training": \{ "epochs": 3, "seed": 7 \},\n {2}"probes": \["Why \?"\]/);
  assert.equal(session.state().canTrain, true);
});

test('a change of a text that is broken is refused, and the next one is made', async () => {
  const { document, change, session } = openForm('{ "name": ');
  await assert.rejects(async () => change({ kind: 'set', path: ['name'], value: 'x' }), { code: 'config.syntax' });
  assert.equal(session.state().broken?.line, 1);
  document.type(FORM_TEXTS.minimal);
  await change({ kind: 'set', path: ['name'], value: 'x' });
  assert.match(document.getText(), /"name": "x"/);
  assert.equal(session.state().broken, undefined);
});

test('while the text is broken the fields of the last whole text stay', () => {
  const { document, session } = openForm(FORM_TEXTS.example);
  const whole = session.state().root;
  document.type('{');
  assert.deepEqual(session.state().root, whole);
});

test('what the checks found on the disk moves with the text until they are done again', () => {
  const start = FORM_TEXTS.minimal.indexOf('"data.csv"');
  const missing: ConfigProblem = {
    ...{ code: 'config.missingFile', severity: 'error', message: 'There is no such file.', fixes: [] },
    ...{ start, end: start + 10 },
  };
  const { document, session } = openForm(FORM_TEXTS.minimal, [missing]);
  const placeOf = (): string | undefined =>
    fieldsIn(session.state().root)
      .find(({ problems }) => problems.length > 0)
      ?.path.join('.');
  assert.equal(placeOf(), 'data.train.path');
  document.type(FORM_TEXTS.minimal.replace('{\n', '{\n  "name": "a longer text",\n'));
  session.follow([{ rangeOffset: 2, rangeLength: 0, text: '  "name": "a longer text",\n' }] as never);
  assert.equal(placeOf(), 'data.train.path');
  session.follow([{ rangeOffset: document.getText().indexOf('data.csv'), rangeLength: 4, text: 'x' }] as never);
  assert.equal(placeOf(), undefined);
});

test('a quick fix is the one of the text as it is', async () => {
  const text = FORM_TEXTS.errors;
  const at = text.indexOf('0 }');
  const problem: ConfigProblem = {
    ...{ code: 'config.range', severity: 'error', message: '0 is out of range', start: at, end: at + 1 },
    fixes: [{ title: 'Change to 1', edits: [{ start: at, end: at + 1, text: '1' }] }],
  };
  const { document, session } = openForm(text, [problem]);
  await session.handlers.fix({ message: '0 is out of range', title: 'No such fix' }, { signal });
  assert.equal(document.getText(), text);
  await session.handlers.fix({ message: '0 is out of range', title: 'Change to 1' }, { signal });
  assert.equal(document.getText(), text.replace('0 }', '1 }'));
});

test('a fix whose text has changed before its turn comes is not made', async () => {
  const fixes = [{ title: 'Mend it', edits: [{ start: 0, end: 1, text: '<' }] }];
  const problem = { code: 'x', severity: 'error', message: 'It is wrong.', start: 0, end: 1, fixes } as ConfigProblem;
  let meanwhile: () => void = () => undefined;
  const document = new FakeDocument('/w/trec.gatescope.json', FORM_TEXTS.minimal);
  fake.documents = [document];
  const problemsOf = (): ConfigProblem[] => {
    meanwhile();
    return [problem];
  };
  const diagnostics = { isUpToDate: () => false, problemsOf, check: async () => [problem] };
  const session = new FormSession(document as never, diagnostics as unknown as ConfigDiagnostics);
  const fix = () => session.handlers.fix({ message: problem.message, title: 'Mend it' }, { signal });
  const change: FormChange = { kind: 'set', path: ['name'], value: 'x' };
  meanwhile = () => void session.handlers.change({ change }, { signal });
  await fix();
  assert.match(document.getText(), /^\{[\s\S]*"name": "x"/);
  meanwhile = () => undefined;
  await fix();
  assert.ok(document.getText().startsWith('<'));
});
