// What guards the dashboard page: its document and the check of what it sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDashboardParams } from '../../../extension/host/webviews/dashboardParams.ts';
import { pageHtml } from '../../../extension/host/webviews/pageHtml.ts';

const good: Record<string, unknown> = {
  runs: {},
  metrics: { runId: '2026-01-01T00-00-00-trec' },
  evaluation: { runId: 'a' },
  updateRun: { runId: 'a', name: 'new' },
  deleteRuns: { runIds: ['a', 'b'] },
  inspect: { runId: 'a', text: 'hello' },
  openConfig: { runId: 'a' },
  revealFolder: { runId: 'a' },
  openExample: { runId: 'a', path: 'data/x.csv', line: 3 },
  control: { runId: 'a', action: 'stop' },
  predict: { runId: 'a', text: 'hello' },
  generate: { runId: 'a', settings: { prompt: '', length: 10, temperature: 0, topK: 3, seed: 1 } },
  saveFile: { suggestedName: 'loss.svg', data: new Uint8Array(3) },
};

test('every method takes what its contract says', () => {
  for (const [method, params] of Object.entries(good)) {
    assert.equal(checkDashboardParams(method, params), undefined, method);
  }
});

test('every method refuses an unknown key, no object, and (runs aside) nothing', () => {
  for (const [method, params] of Object.entries(good)) {
    assert.match(checkDashboardParams(method, { ...(params as object), extra: 1 }) ?? '', /extra/, method);
    for (const wrong of [null, 'x', [], undefined]) {
      assert.notEqual(checkDashboardParams(method, wrong), undefined, method);
    }
    if (method !== 'runs') assert.notEqual(checkDashboardParams(method, {}), undefined, method);
  }
});

test('wrong values are refused', () => {
  const settings = { prompt: '', length: 10, temperature: 1, seed: 1 };
  const bad: [string, unknown][] = [
    ['generate', { runId: 'a', settings: { ...settings, length: 0 } }],
    ['generate', { runId: 'a', settings: { ...settings, length: 1e9 } }],
    ['generate', { runId: 'a', settings: { ...settings, temperature: -1 } }],
    ['generate', { runId: 'a', settings: { ...settings, seed: 0.5 } }],
    ['generate', { runId: 'a', settings: { ...settings, topK: 0 } }],
    ['generate', { runId: 'a', settings: { ...settings, prompt: 3 } }],
    ['generate', { runId: 'a', settings: { ...settings, more: 1 } }],
    ['metrics', { runId: '../x' }],
    ['metrics', { runId: '..' }],
    ['metrics', { runId: 'a\\b' }],
    ['metrics', { runId: 3 }],
    ['openExample', { runId: 'a', path: 'x', line: 0 }],
    ['openExample', { runId: 'a', path: 'x', line: 1.5 }],
    ['control', { runId: 'a', action: 'explode' }],
    ['deleteRuns', { runIds: [] }],
    ['deleteRuns', { runIds: ['a', '../b'] }],
    ['updateRun', { runId: 'a', name: 7 }],
    ['saveFile', { suggestedName: '../x.svg', data: new Uint8Array(1) }],
    ['saveFile', { suggestedName: 'x.svg', data: 'text' }],
    ['constructor', {}],
    ['toString', {}],
    ['executeCommand', { command: 'x' }],
  ];
  for (const [method, params] of bad) {
    assert.notEqual(checkDashboardParams(method, params), undefined, `${method} ${JSON.stringify(params)}`);
  }
});

test('the document allows nothing but the nonce and its own folder', () => {
  const html = pageHtml({
    page: 'dashboard',
    cspSource: 'https://host.example',
    nonce: 'abc123',
    uri: (file) => `https://host.example/dist/${file}?a&b`,
    title: 'A <b> & "c"',
    language: 'en',
  });
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
  assert.match(policy, /^default-src 'none'; /);
  assert.match(policy, /script-src 'nonce-abc123'(;|$)/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
  assert.equal(scripts.length, 1);
  assert.match(scripts[0], /nonce="abc123" src="https:\/\/host\.example\/dist\/dashboard\.js\?a&amp;b"/);
  assert.match(html, /<title>A &lt;b&gt; &amp; &quot;c&quot;<\/title>/);
});
