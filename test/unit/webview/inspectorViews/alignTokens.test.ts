// Columns of two texts: every token once and in order, with the fewest edits (against a plain recursion over random texts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../../extension/util/rng.ts';
import { type AlignedColumn, alignTokens } from '../../../../webview/inspector/views/alignTokens.ts';

const kinds = (before: string, after: string): string =>
  alignTokens(before.split(' ').filter(Boolean), after.split(' ').filter(Boolean))
    .map(({ kind, before: old, after: now }) => `${kind[0]}${old ?? ''}/${now ?? ''}`)
    .join(' ');

/** Levenshtein's recursion as it is written in textbooks. */
function fewestEdits(a: readonly string[], b: readonly string[]): number {
  const known = new Map<string, number>();
  const edits = (i: number, j: number): number => {
    if (i === a.length || j === b.length) return a.length - i + b.length - j;
    const key = `${i} ${j}`;
    let best = known.get(key);
    if (best === undefined) {
      best = Math.min(edits(i + 1, j + 1) + (a[i] === b[j] ? 0 : 1), edits(i + 1, j) + 1, edits(i, j + 1) + 1);
      known.set(key, best);
    }
    return best;
  };
  return edits(0, 0);
}

function assertColumns(before: readonly string[], after: readonly string[], columns: readonly AlignedColumn[]): void {
  const places = (side: 'before' | 'after'): number[] => columns.flatMap((column) => column[side] ?? []);
  assert.deepEqual(places('before'), [...before.keys()]);
  assert.deepEqual(places('after'), [...after.keys()]);
  for (const { kind, before: old, after: now } of columns) {
    const expected =
      old === undefined ? 'inserted' : now === undefined ? 'deleted' : before[old] === after[now] ? 'same' : 'changed';
    assert.equal(kind, expected);
  }
}

test('a word that is changed, deleted or inserted moves no other', () => {
  assert.equal(kinds('a b c', 'a b c'), 's0/0 s1/1 s2/2');
  assert.equal(kinds('a b c', 'a x c'), 's0/0 c1/1 s2/2');
  assert.equal(kinds('a b c', 'a c'), 's0/0 d1/ s2/1');
  assert.equal(kinds('a c', 'a b c'), 's0/0 i/1 s1/2');
  assert.equal(kinds('', 'a'), 'i/0');
  assert.equal(kinds('a', ''), 'd0/');
  assert.equal(kinds('', ''), '');
});

test('the same word twice in a row: one of them is inserted, and none is changed', () => {
  assert.equal(kinds('the cat', 'the the cat').match(/i/g)?.length, 1);
  assert.doesNotMatch(kinds('the cat', 'the the cat'), /c/);
});

test('random texts: every token once, in order, with as few edits as there can be', () => {
  const rng = new Rng(5, 'sample');
  for (let round = 0; round < 400; round++) {
    const draw = (): string[] => Array.from({ length: rng.nextInt(9) }, () => 'abc'[rng.nextInt(3)]);
    const [before, after] = [draw(), draw()];
    const columns = alignTokens(before, after);
    assertColumns(before, after, columns);
    const edits = columns.filter(({ kind }) => kind !== 'same').length;
    assert.equal(edits, fewestEdits(before, after), `${before.join('')} to ${after.join('')}`);
  }
});

test('texts of thousands of tokens that share nothing are laid side by side', () => {
  const before = Array.from({ length: 4000 }, (_, at) => `a${at}`);
  const after = Array.from({ length: 3990 }, (_, at) => `b${at}`);
  const columns = alignTokens(before, after);
  assertColumns(before, after, columns);
  assert.equal(columns.length, 4000);
});
