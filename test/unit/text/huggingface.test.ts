// The tokenizer.json that we write, read by Hugging Face's library for JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tokenizer } from '@huggingface/tokenizers';
import { idsOf, TOKENIZERS, trainTokenizer } from '../../golden/tokenizers/settings.ts';
import { readNasty } from '../../golden/tokenizers/texts.ts';

const texts = await readNasty();

for (const name of Object.keys(TOKENIZERS)) {
  test(`${name}: the same ids as @huggingface/tokenizers on every nasty string`, () => {
    const ours = trainTokenizer(name, texts);
    // It takes the unknown token from tokenizer_config.json, not from the model.
    const theirs = new Tokenizer(JSON.parse(ours.toJson()) as object, { unk_token: '[UNK]' });
    for (const text of texts) assert.deepEqual(theirs.encode(text).ids, idsOf(ours, name, text), JSON.stringify(text));
  });
}
