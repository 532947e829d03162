// tokenizer.json files of others: the same tokens as Python `tokenizers` (test/golden/tokenizers/foreign.py), ids of our own, and hostile files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTokenizer, openTokenizerFile } from '../../../extension/text/tokenizer.ts';
import { PAD_ID, UNK_ID } from '../../../extension/text/types.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { readNasty } from '../../golden/tokenizers/texts.ts';

const FOREIGN = join(import.meta.dirname, '../../golden/tokenizers/foreign');
const read = (name: string): string => readFileSync(join(FOREIGN, name), 'utf8');
const texts = await readNasty();
const VALID = { model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] } };
const CASES = [
  { name: 'bert', pad: '[PAD]', unknown: '[UNK]' },
  { name: 'gpt2', pad: '<pad>', unknown: '[UNK]' },
  { name: 'llama', pad: '[PAD]', unknown: '<unk>' },
  { name: 't5', pad: '<pad>', unknown: '<unk>' },
];

for (const { name, pad, unknown } of CASES) {
  test(`${name}: the tokens of Python, with padding as 0 and unknown as 1`, () => {
    const { tokenizer, differing } = openTokenizerFile(read(`${name}.json`));
    assert.deepEqual(differing, []);
    assert.equal(tokenizer.token(PAD_ID), pad);
    assert.equal(tokenizer.token(UNK_ID), unknown);
    const expected = JSON.parse(read(`${name}.tokens.json`)) as string[][];
    for (const [at, text] of texts.entries()) {
      const tokens = Array.from(tokenizer.encodePiece(text).ids, (id) => tokenizer.token(id));
      assert.deepEqual(tokens, expected[at], JSON.stringify(text));
    }
  });

  test(`${name}: what a run keeps of it is read again with the same ids`, () => {
    const { tokenizer } = openTokenizerFile(read(`${name}.json`));
    const again = loadTokenizer(tokenizer.toJson());
    for (const text of texts) assert.deepEqual(again.encodePiece(text), tokenizer.encodePiece(text));
    assert.equal(openTokenizerFile(tokenizer.toJson()).tokenizer.toJson(), tokenizer.toJson());
  });
}

test('steps that are known to differ from Python are told', () => {
  const steps = [
    { type: 'Digits', individual_digits: true },
    { type: 'Split', pattern: { String: '-' }, behavior: 'MergedWithNext' },
  ];
  const file = { ...VALID, normalizer: { type: 'NFC' }, pre_tokenizer: { type: 'Sequence', pretokenizers: steps } };
  assert.deepEqual(openTokenizerFile(JSON.stringify(file)).differing, ['Digits', 'Split MergedWithNext']);
});

type Hostile = [what: string, file: unknown, code: string, message: RegExp];
const HOSTILE: Hostile[] = [
  ['no JSON', '{', 'unreadable', /not JSON/],
  ['no object', [], 'unreadable', /not a JSON object/],
  ['no model', {}, 'unreadable', /no model/],
  ['another model', { model: { type: 'Magic' } }, 'unsupported', /model of type "Magic"/],
  ['no vocabulary', { model: { type: 'BPE', vocab: {}, merges: [] } }, 'unreadable', /no vocabulary/],
  ['a huge id', { model: { ...VALID.model, vocab: { a: 0, b: 4e9 } } }, 'unreadable', /id of "b" is not one of 0 to 1/],
  ['an id twice', { model: { ...VALID.model, vocab: { a: 0, b: 0 } } }, 'unreadable', /each once/],
  ['a fraction as an id', { model: { ...VALID.model, vocab: { a: 0, b: 0.5 } } }, 'unreadable', /each once/],
  ['a huge token', { model: { ...VALID.model, vocab: { ['x'.repeat(2000)]: 0 } } }, 'unreadable', /more than 1000/],
  ['merges of three', { model: { ...VALID.model, merges: [['a', 'b', 'c']] } }, 'unreadable', /merge 1/],
  ['scores that are none', { model: { type: 'Unigram', unk_id: 0, vocab: [['a', 'x']] } }, 'unreadable', /score/],
  [
    'pieces that would take gigabytes to search',
    {
      model: {
        type: 'Unigram',
        unk_id: 0,
        vocab: Array.from({ length: 8100 }, (_, at) => [String(at).padEnd(1000, 'x'), -1]),
      },
    },
    'unreadable',
    /pieces have 8100000 characters; at most 8000000/,
  ],
  ['an added token without an id', { ...VALID, added_tokens: [{ content: 'x' }] }, 'unreadable', /added token/],
  ['an unknown step', { ...VALID, pre_tokenizer: { type: 'Evil' } }, 'unsupported', /pre-tokenizer "Evil"/],
  [
    'an expression without an end',
    { ...VALID, pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated' } },
    'unsupported',
    /repeats a repetition/,
  ],
  ...['(a*)*b', '(\\w+\\s?)*!', '(a|aa)+$', '(?:a(?:b*))+c', '(?:a?){30}b'].map(
    (Regex): Hostile => [
      `an expression without an end, ${Regex}`,
      { ...VALID, pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated' } },
      'unsupported',
      /repeats a repetition or alternatives/,
    ],
  ),
  [
    'an expression with many ways through a text',
    { ...VALID, pre_tokenizer: { type: 'Split', pattern: { Regex: 'x|a*(?:a*a+)\\w{2,}b' }, behavior: 'Isolated' } },
    'unsupported',
    /more than 3 repetitions one after another, x\|a\*/,
  ],
  [
    'an expression that is none',
    { ...VALID, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
    'unsupported',
    /Unterminated group/,
  ],
  ['a step without its pattern', { ...VALID, decoder: { type: 'Replace', content: '' } }, 'unreadable', /no pattern/],
  ['pieces of no length', { ...VALID, pre_tokenizer: { type: 'FixedLength', length: 0 } }, 'unreadable', /length/],
  ['steps within steps', { ...VALID, normalizer: nested(100) }, 'unreadable', /step/],
];

function nested(depth: number): object {
  let step: object = { type: 'NFC' };
  for (let level = 0; level < depth; level++) step = { type: 'Sequence', normalizers: [step] };
  return step;
}

for (const [what, file, code, message] of HOSTILE) {
  test(`refused: ${what}`, () => {
    const text = typeof file === 'string' ? file : JSON.stringify(file);
    assert.throws(
      () => openTokenizerFile(text),
      (error: unknown) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, `tokenizer.${code}`);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

/** GPT-4, o200k, BLOOM, and digits in threes. */
const WELL_KNOWN = [
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}]*[\\p{Ll}\\p{M}]+(?i:'s|'t|'re)?|\\p{N}{1,3}|\\s+",
  ' ?[^(\\s|[.,!?…。，、।۔،])]+',
  '\\d{1,3}(?=(\\d{3})*\\b)',
];

for (const Regex of WELL_KNOWN) {
  test(`accepted: ${Regex}`, () => {
    const file = { ...VALID, pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated' } };
    const { tokenizer } = openTokenizerFile(JSON.stringify(file));
    assert.deepEqual([...tokenizer.encodePiece('ab').ids], [tokenizer.id('ab')]);
  });
}

test('a file that names neither padding nor unknown gets both, under names that no token has', () => {
  const file = { model: { ...VALID.model, vocab: { a: 0, b: 1, ab: 2, '[PAD]x': 3 } } };
  const { tokenizer } = openTokenizerFile(JSON.stringify(file));
  assert.deepEqual(
    [0, 1, 2].map((id) => tokenizer.token(id)),
    ['[PAD]', '[UNK]', 'a'],
  );
  assert.deepEqual([...tokenizer.encodePiece('ab').ids], [tokenizer.id('ab')]);
});

test('the tokenizer.json of a run must begin with padding and unknown', () => {
  assert.throws(() => loadTokenizer(JSON.stringify(VALID)), /does not begin with padding and unknown/);
});
