// What the inspector page may send, and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkInspectorParams } from '../../../extension/host/webviews/inspectorParams.ts';

const ofText = { runId: 'a', text: 'Who ?' };
const ofDirection = { ...ofText, layer: 0, direction: 1 };
const match = {
  ...ofDirection,
  requestId: '1',
  signal: 'c',
  from: 0,
  to: 3,
  threshold: -0.3,
  isOffLeft: true,
  data: { split: 'train' },
};
const good: readonly [string, object][] = [
  ['runs', {}],
  ['keepState', { state: '{}' }],
  ['traceSources', { runId: '2026-01-01T00-00-00-trec' }],
  ['trace', ofText],
  ['trace', { ...ofText, epoch: 0, layers: [1], signals: ['i', 'tanhC'], topK: 3 }],
  ['equation', { ...ofDirection, token: 2, unit: 7, terms: 5 }],
  ['gradients', { ...ofText, target: 'HUM', integratedSteps: 50 }],
  ['gradients', ofText],
  ['connectivity', ofDirection],
  ['statistics', { runId: 'a', over: { texts: ['a', 'b'] }, thresholds: { left: 0.1, right: 0.9 }, correlate: 'c' }],
  ['statistics', { runId: 'a', epoch: 3, over: { split: 'test', maxTexts: 10 } }],
  ['probe', { runId: 'a', probe: 0, epoch: 0, layers: [0] }],
  ['selectAndMatch', match],
  ['openDataLine', { runId: 'a', path: '/data/x.csv', line: 3 }],
  ['openDashboard', { runId: 'a' }],
  ['saveFile', { suggestedName: 'gates.svg', data: new Uint8Array(3) }],
  ['saveTrace', { ...ofText, suggestedName: 'trace.npz', format: 'npz' }],
];

test('every method takes what its contract says', () => {
  for (const [method, params] of good) assert.equal(checkInspectorParams(method, params), undefined, method);
});

test('every method refuses an unknown key and what is no object', () => {
  for (const [method, params] of good) {
    assert.match(checkInspectorParams(method, { ...params, runDir: '/x' }) ?? '', /unknown key runDir/, method);
    for (const wrong of [null, 'x', [], undefined])
      assert.notEqual(checkInspectorParams(method, wrong), undefined, method);
    if (method !== 'runs') assert.notEqual(checkInspectorParams(method, {}), undefined, method);
  }
});

test('wrong values are refused', () => {
  const bad: readonly [string, unknown][] = [
    ['traceSources', { runId: '../x' }],
    ['trace', { ...ofText, text: 'x'.repeat(1_000_001) }],
    ['trace', { ...ofText, epoch: -1 }],
    ['trace', { ...ofText, epoch: 0.5 }],
    ['trace', { ...ofText, layers: [-1] }],
    ['trace', { ...ofText, layers: 1 }],
    ['trace', { ...ofText, layers: Array.from({ length: 1001 }, () => 0) }],
    ['trace', { ...ofText, signals: ['weights'] }],
    ['trace', { ...ofText, topK: 0 }],
    ['equation', { ...ofDirection, direction: 2, token: 0, unit: 0 }],
    ['equation', { ...ofDirection, token: Number.NaN, unit: 0 }],
    ['connectivity', { ...ofDirection, layer: '0' }],
    ['statistics', { runId: 'a', over: { path: '/etc/passwd' } }],
    ['statistics', { runId: 'a', over: { texts: [3] } }],
    ['statistics', { runId: 'a', over: { split: 'test' }, thresholds: { left: 2, right: 3 } }],
    // A page searches the run's data, never a path of its own.
    ['selectAndMatch', { ...match, data: { path: '/etc/passwd' } }],
    ['selectAndMatch', { ...match, threshold: Number.NaN }],
    ['selectAndMatch', { ...match, top: 1e9 }],
    ['openDataLine', { runId: 'a', path: 'x', line: 0 }],
    ['saveTrace', { ...ofText, suggestedName: '../x.npz', format: 'npz' }],
    ['saveTrace', { ...ofText, suggestedName: 'x.exe', format: 'exe' }],
    ['saveFile', { suggestedName: 'x.svg', data: 'text' }],
    ['toString', {}],
    ['executeCommand', { command: 'x' }],
  ];
  for (const [method, params] of bad) {
    assert.notEqual(
      checkInspectorParams(method, params),
      undefined,
      `${method} ${JSON.stringify(params)?.slice(0, 80)}`,
    );
  }
});
