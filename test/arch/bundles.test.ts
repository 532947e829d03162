// What the built bundles hold, through all imports (esbuild's metafiles), and what the package weighs.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './sources.ts';

interface Metafile {
  inputs: Record<string, { imports: { path: string; external?: boolean }[] }>;
}

const MAX_VSIX_BYTES = 5_000_000;

function inputsOf(bundle: string): string[] {
  const { inputs } = JSON.parse(readFileSync(join(ROOT, `dist/meta/${bundle}.json`), 'utf8')) as Metafile;
  const external = Object.values(inputs).flatMap(({ imports }) =>
    imports.filter((each) => each.external).map(({ path }) => path),
  );
  return [...Object.keys(inputs), ...external];
}

const holding = (bundle: string, pattern: RegExp): string[] => inputsOf(bundle).filter((path) => pattern.test(path));

test('the extension host holds no tfjs, no engine and nothing of node/', () => {
  assert.deepEqual(holding('extension', /@tensorflow|extension\/(engine|node|data|text)\//), []);
  assert.ok(inputsOf('extension').includes('vscode'));
});

test('worker and command line hold no vscode', () => {
  for (const bundle of ['worker', 'cli']) {
    assert.deepEqual(holding(bundle, /^vscode$|extension\/host\/|^webview\//), []);
    assert.ok(holding(bundle, /@tensorflow/).length > 0);
  }
});

test('TensorFlow is loaded from where it is installed, never bundled', () => {
  for (const bundle of ['worker', 'cli', 'extension']) assert.deepEqual(holding(bundle, /tfjs-node/), []);
});

test('pages hold nothing of Node, of the engine or of the host', () => {
  for (const bundle of ['dashboard', 'inspector', 'form', 'dataset', 'report']) {
    assert.deepEqual(holding(bundle, /^node:|@tensorflow|extension\/(engine|node|host|store|data|text|config)\//), []);
    assert.ok(holding(bundle, /^webview\//).length > 0);
  }
});

test('the package is under 5 MB', (t) => {
  const { size } = statSync(join(ROOT, 'out/gatescope.vsix'));
  t.diagnostic(`VSIX: ${(size / 1e6).toFixed(2)} MB`);
  assert.ok(size < MAX_VSIX_BYTES);
});
