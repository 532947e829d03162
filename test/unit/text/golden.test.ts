// Ids against Python `tokenizers` reading the tokenizer.json that we write (test/golden/tokenizers).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTokenizer } from '../../../extension/text/tokenizer.ts';
import { fingerprintOf, idsOf, TOKENIZERS, trainTokenizer } from '../../golden/tokenizers/settings.ts';
import { readNasty } from '../../golden/tokenizers/texts.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/tokenizers');
const readGolden = <T>(name: string): T => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as T;
const expected = readGolden<Record<string, number[][]>>('nasty.ids.json');
const hashes = readGolden<Record<string, string>>('hashes.json');
const texts = await readNasty();

for (const name of Object.keys(TOKENIZERS)) {
  test(`${name}: the same ids as Python on every nasty string`, () => {
    const tokenizer = trainTokenizer(name, texts);
    for (const [at, text] of texts.entries()) {
      assert.deepEqual(idsOf(tokenizer, name, text), expected[name][at], JSON.stringify(text));
    }
    assert.equal(fingerprintOf(expected[name]), hashes[`nasty/${name}`]);
    assert.ok(expected[name].flat().includes(1), 'some tokens are unknown');
  });

  test(`${name}: its own file read again gives the same ids`, () => {
    const tokenizer = trainTokenizer(name, texts);
    const again = loadTokenizer(tokenizer.toJson());
    for (const text of texts) assert.deepEqual(again.encode(text, 1000), tokenizer.encode(text, 1000));
    assert.equal(again.toJson(), tokenizer.toJson());
  });
}
