// What all sources have in common: names, sizes, first lines, and words that do not belong here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { ROOT, readSources } from './sources.ts';

const MAX_LINES = 300;
const sources = ['extension/**/*.ts', 'webview/**/*.ts', 'scripts/*.ts'].flatMap(readSources);

const offenders = (isBad: (source: { path: string; text: string }) => boolean): string[] =>
  sources.filter(isBad).map(({ path }) => path);

test('files are named in camelCase after what they hold', () => {
  assert.deepEqual(
    offenders(({ path }) => !/^[a-z][A-Za-z0-9]*(\.d)?\.ts$/.test(basename(path))),
    [],
  );
  assert.deepEqual(
    offenders(({ path }) => /^(utils|helpers|common|misc|index)\.ts$/.test(basename(path))),
    [],
  );
});

test('a file opens with what it owns', () => {
  assert.deepEqual(
    offenders(({ text }) => !text.startsWith('// ')),
    [],
  );
});

test(`files have at most ${MAX_LINES} lines`, () => {
  assert.deepEqual(
    offenders(({ text }) => text.split('\n').length - 1 > MAX_LINES),
    [],
  );
});

test('there are no default exports, but of the reporter that node:test takes from there', () => {
  assert.deepEqual(
    offenders(({ text }) => /^export default /m.test(text)),
    ['scripts/testReporter.ts'],
  );
});

test('no tracked file speaks of this or that machine', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
  assert.ok(tracked.length > 100);
  const own = new Set(['test/arch/conventions.test.ts']);
  const bad = tracked.filter((path) => {
    if (own.has(path) || !statSync(join(ROOT, path)).isFile()) return false;
    return /\/work\/|\/root\/|\/home\/[a-z]/.test(readFileSync(join(ROOT, path), 'latin1'));
  });
  assert.deepEqual(bad, []);
});

test('locked packages come from the public registry', () => {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const hosts = new Set([...lock.matchAll(/"resolved": "https?:\/\/([^/]+)\//g)].map(([, host]) => host));
  hosts.delete('registry.npmjs.org');
  assert.deepEqual([...hosts], []);
});
