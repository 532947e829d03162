// What the dataset page may send, and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDatasetParams } from '../../../extension/host/webviews/datasetParams.ts';

const path = '/data/weather.dataset.json';
const good: readonly [string, object][] = [
  ['datasets', {}],
  ['openTable', { path }],
  ['rows', { path, start: 0, count: 100 }],
  ['rows', { path, start: 5, count: 1, filter: { text: 'a', label: '', part: 'fold 3', finding: 'dataset.leak' } }],
  ['filter', { path, filter: { length: { unit: 'tokens', from: 3, to: undefined } } }],
  ['row', { path, row: 3_000_000_000 }],
  ['describe', { path }],
  ['configs', { path }],
  ['leaveOut', { path, remedy: 'leaks' }],
  ['putBack', { path, reason: '' }],
  ['previewTokens', { path, text: 'a b' }],
  ['previewTokens', { path, text: '', config: '/data/a.gatescope.json' }],
  ['previewSplits', { path, splits: { validation: 0.1, test: 0.2, seed: 3, stratified: false, groupColumn: 2 } }],
  ['writeSplits', { path, splits: { folds: 5, groupColumn: 'author' } }],
  ['writeSplits', { path }],
  ['advise', { path }],
  ['openRow', { path, row: 0 }],
  ['openManifest', { path }],
  ['newExperiment', { path }],
];

test('every method takes what its contract says', () => {
  for (const [method, params] of good) assert.equal(checkDatasetParams(method, params), undefined, method);
});

test('every method refuses an unknown key and what is no object', () => {
  for (const [method, params] of good) {
    assert.match(checkDatasetParams(method, { ...params, file: '/etc/passwd' }) ?? '', /unknown key file/, method);
    for (const wrong of [null, 'x', [], undefined]) assert.notEqual(checkDatasetParams(method, wrong), undefined);
  }
});

test('wrong values are refused', () => {
  const bad: readonly [string, unknown][] = [
    ['openTable', { path: 3 }],
    ['rows', { path, start: -1, count: 100 }],
    ['rows', { path, start: 0, count: 100_000 }],
    ['rows', { path, start: 0, count: 0 }],
    ['rows', { path, start: 0.5, count: 1 }],
    ['filter', { path, filter: { part: 'all' } }],
    ['filter', { path, filter: { code: 'x' } }],
    ['filter', { path, filter: { length: { unit: 'words' } } }],
    ['filter', { path, filter: { length: { unit: 'tokens', from: -1 } } }],
    ['filter', { path, filter: { text: 'x'.repeat(1_000_001) } }],
    ['leaveOut', { path, remedy: 'everything' }],
    ['row', { path, row: Number.NaN }],
    ['writeSplits', { path, splits: { validation: 1 } }],
    ['writeSplits', { path, splits: { folds: 1 } }],
    ['writeSplits', { path, splits: { train: 0.5 } }],
    ['previewSplits', { path }],
    ['train', {}],
  ];
  for (const [method, params] of bad)
    assert.notEqual(checkDatasetParams(method, params), undefined, JSON.stringify(params)?.slice(0, 80));
});
