import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parameterNames } from '../../../extension/schema/parameterNames.ts';
import { matchesGlob, matchPattern } from '../../../extension/schema/parameterPatterns.ts';
import { Rng } from '../../../extension/util/rng.ts';

const PARAMETERS = parameterNames({ encoder: { layers: 2, bidirectional: true } });
const names = (pattern: string): string[] => {
  const match = matchPattern(pattern, PARAMETERS);
  return match.kind === 'none' ? [] : match.names;
};

test('a group first, then a glob over full names, a regular expression only between slashes', () => {
  assert.deepEqual(names('embedding'), ['embedding.weight']);
  assert.equal(names('encoder.0').length, 8);
  assert.equal(names('encoder.*').length, 16);
  assert.deepEqual(names('head.bias'), ['head.bias']);
  assert.equal(names('*_hh_*').length, 8);
  assert.deepEqual(names('encoder.weight_ih_l?'), ['encoder.weight_ih_l0', 'encoder.weight_ih_l1']);
  assert.deepEqual(names('/^head\\.(weight|bias)$/'), ['head.weight', 'head.bias']);
  // A dot is a dot in a glob, and brackets mean nothing.
  assert.deepEqual(names('headXbias'), []);
  assert.deepEqual(names('head.[wb]*'), []);
});

test('what matches nothing says why, and what may have been meant', () => {
  assert.deepEqual(matchPattern('embeding', PARAMETERS), {
    kind: 'none',
    reason: 'no group and no parameter has such a name',
    nearest: 'embedding',
  });
  const nearestOf = (pattern: string): unknown => (matchPattern(pattern, PARAMETERS) as { nearest?: string }).nearest;
  assert.equal(nearestOf('encoder.2'), 'encoder.0');
  assert.equal(nearestOf('encoder.weight_hh_10'), 'encoder.weight_hh_l0');
  assert.equal(nearestOf('completely different'), undefined);
});

test('a regular expression that could take for ever is refused before it is tried', () => {
  const reasonOf = (pattern: string): string => (matchPattern(pattern, PARAMETERS) as { reason: string }).reason;
  const startedAt = performance.now();
  for (const pattern of ['/(\\w+\\W?)+x$/', '/(a|aa)*b/', '/(.)\\1/', '/(?<a>.)\\k<a>/']) {
    assert.match(reasonOf(pattern), /cannot repeat a group or refer to one/, pattern);
  }
  assert.match(reasonOf('/.*.*.*.*x/'), /at most 3 times/);
  assert.match(reasonOf('/(/'), /not a regular expression/);
  assert.match(reasonOf(`/${'a'.repeat(300)}/`), /longer than 200/);
  assert.ok(performance.now() - startedAt < 1000);
  assert.equal(names('/weight_[hi]h_l\\d/').length, 8);
});

test('globs agree with the regular expressions they stand for', () => {
  const rng = new Rng(3, 'sample');
  const letters = ['a', 'b', '.'];
  const draw = (alphabet: readonly string[]): string =>
    Array.from({ length: rng.nextInt(7) }, () => alphabet[rng.nextInt(alphabet.length)]).join('');
  let matches = 0;
  for (let trial = 0; trial < 20_000; trial++) {
    const [glob, name] = [draw([...letters, '*', '?']), draw(letters)];
    const pattern = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
    const expected = new RegExp(`^${pattern}$`).test(name);
    if (expected) matches++;
    assert.equal(matchesGlob(glob, name), expected, `${glob} and ${name}`);
  }
  assert.ok(matches > 500);
});
