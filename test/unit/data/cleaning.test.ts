// Cleaning steps, one by one and in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCleaner } from '../../../extension/data/cleaning.ts';
import { CLEANING_STEPS } from '../../../extension/schema/textSection.ts';

const CASES: readonly [step: (typeof CLEANING_STEPS)[number], before: string, after: string][] = [
  ['nfc', 'e\u0301', 'é'],
  ['nfkc', 'ﬁ Ａ１ ²', 'fi A1 2'],
  ['lowercase', 'ÀB İ', 'àb i̇'],
  ['stripHtml', 'a <b>bo</b>ld<br/>line', 'a bold line'],
  ['stripHtml', '<p>x &amp; y &lt;z&gt; &eacute; &#65; &#x42;</p>', ' x & y <z> é A B '],
  ['stripHtml', 'a<!-- <b> -->b<script>if (a<b) x("</b>")</script>c<style>p{}</style>d', 'a b c d'],
  ['stripHtml', '1 < 2 and 3 > 2, <3, <unclosed', '1 < 2 and 3 > 2, <3, <unclosed'],
  ['stripHtml', 'İ<b>x</b>', 'İx'],
  ['collapseWhitespace', '  a\t\n b\u00a0\u3000c ', 'a b c'],
  ['stripAccents', 'naïve Ångström ñ', 'naive Angstrom n'],
  ['replaceUrls', 'see http://a.b/c?d=1, or (www.x.y/z).', 'see <url>, or (<url>).'],
  ['replaceNumbers', 'on 3.14 or 1,000 of ٣', 'on <num> or <num> of <num>'],
];

for (const [step, before, after] of CASES) {
  test(`${step}: ${JSON.stringify(before)}`, () => assert.equal(createCleaner([step])(before), after));
}

test('every step has a case', () => {
  assert.deepEqual([...new Set(CASES.map(([step]) => step))].sort(), [...CLEANING_STEPS].sort());
});

test('steps run in the order given', () => {
  assert.equal(createCleaner(['stripHtml', 'collapseWhitespace'])('<p> a </p>'), 'a');
  assert.equal(createCleaner(['collapseWhitespace', 'stripHtml'])('<p> a </p>'), '  a  ');
  assert.equal(createCleaner([])(' as it is '), ' as it is ');
});

test('hostile markup ends soon', () => {
  const clean = createCleaner([...CLEANING_STEPS]);
  for (const part of ['<', '<!--', '<script>', '<a', '&', 'http://', '1,']) clean(part.repeat(200_000));
});
