// How the texts of a classifier are cut into tokens.
import { grouped, shareText } from '../../util/words.ts';
import { ahead, inPoints } from './gains.ts';
import { DATASET, instead, measured, type Rule } from './rule.ts';
import { percentile } from './statistics.ts';
import { type TokenKind, textFor, tokenKind } from './textFor.ts';

const TOKENS = 'Tokens';
const LENGTHS = 'Longest text';
const WORDS = 'words in lower case';

const SEEN_TWICE = 'words seen twice';

/** Different tokens from which the table of the embedding is most of what an update takes. */
const MANY_TYPES = 50_000;
/** Of the training texts, that are read whole. */
const WHOLE = 0.99;
const MAX_LENGTH = 512;
const ROUND_TO = 8;

/** What else was measured on texts of a kind. */
const OTHER_TOKENS: Readonly<Record<TokenKind, readonly { variant: string; value: string; also?: string }[]>> = {
  word: [
    { variant: 'bpe of 4,000', value: 'bpe', also: 'nothing is unknown' },
    { variant: 'characters', value: 'character', also: 'several times as long' },
  ],
  whitespace: [{ variant: 'bpe of 4,000', value: 'bpe', also: 'nothing is unknown' }],
  segmented: [{ variant: 'unigram of 8,000', value: 'unigram', also: 'needs no dictionary' }],
  character: [{ variant: 'with bpe of 1,000', value: 'bpe' }],
};
/** The table and the variant of the texts of a kind where these were measured. */
const OWN_TOKENS: Readonly<Record<TokenKind, readonly [table: string, variant: string]>> = {
  word: [TOKENS, WORDS],
  whitespace: [TOKENS, WORDS],
  segmented: [TOKENS, 'words by jieba'],
  character: ['Together', 'as advised'],
};

export const TEXT_RULES: readonly Rule[] = [
  {
    key: 'text.cleaning',
    source: DATASET,
    isOfData: true,
    advise(facts) {
      const { cleaning } = textFor(facts);
      if (cleaning.length === 0) return undefined;
      return { value: cleaning, reason: `${shareText(facts.markupShare)} of the texts have HTML in them.` };
    },
  },
  {
    key: 'text.tokenizer.type',
    source: measured('Tokens and Together'),
    isOfData: true,
    advise(facts) {
      const { characters, chineseShare } = facts;
      const kind = tokenKind(facts);
      const reasons: Record<TokenKind, string> = {
        character: `95 % of the texts have at most ${characters.p95} characters, so letters say more than words.`,
        segmented: `${shareText(chineseShare)} of the letters are Chinese.`,
        whitespace: 'Punctuation stands apart from words already: what stands between spaces is a token.',
        word: `Half of the texts have ${grouped(characters.median)} characters or more, so they have words.`,
      };
      return {
        value: textFor(facts).tokenizer.type,
        reason: reasons[kind],
        alternatives: OTHER_TOKENS[kind].map((other) => instead(...OWN_TOKENS[kind], other)),
      };
    },
  },
  {
    key: 'text.tokenizer.segmenter',
    source: measured(TOKENS),
    isOfData: true,
    advise(facts) {
      if (tokenKind(facts) !== 'segmented') return undefined;
      const points = ahead(TOKENS, 'words by jieba', WORDS);
      return { value: 'jieba', reason: `Chinese words gave ${inPoints(points, 'single characters')}.` };
    },
  },
  {
    key: 'text.tokenizer.lowercase',
    source: measured(TOKENS),
    advise(facts) {
      if (!textFor(facts).tokenizer.lowercase) return undefined;
      const kept = inPoints(ahead(TOKENS, 'with upper case', WORDS));
      return {
        value: true,
        reason: facts.isLowerCase
          ? 'All texts are lower case; those to predict on are made so too.'
          : `It joins words that differ in their case alone; keeping upper case gave ${kept}.`,
      };
    },
  },
  {
    key: 'text.tokenizer.minFrequency',
    source: measured(TOKENS),
    advise(facts) {
      const { types, once } = facts.tokens;
      if (tokenKind(facts) === 'character') return undefined;
      const value = types > MANY_TYPES ? 2 : 1;
      const rare = `${grouped(once)} of ${grouped(types)} different tokens occur once`;
      const without = inPoints(ahead(TOKENS, SEEN_TWICE, WORDS));
      return value === 1
        ? {
            value,
            reason: `${rare}; leaving such out gave ${without}.`,
            alternatives: [instead(TOKENS, WORDS, { variant: SEEN_TWICE, value: 2, also: 'a smaller table' })],
          }
        : { value, reason: `${rare}, and would be most of the table; leaving such out gave ${without}.` };
    },
  },
  {
    key: 'text.maxLength',
    source: measured(LENGTHS),
    isOfData: true,
    advise({ tokens }) {
      const whole = percentile(tokens, WHOLE);
      // Above it: a text of exactly maxLength tokens looks cut.
      const value = Math.min(MAX_LENGTH, (Math.floor(whole / ROUND_TO) + 1) * ROUND_TO);
      const reason =
        whole > MAX_LENGTH
          ? `1 % of the training texts have more than ${grouped(whole)} tokens; of them ${MAX_LENGTH} are read, as time grows with length.`
          : `99 % of the training texts have up to ${grouped(whole)} tokens.`;
      const shorter = percentile(tokens, 0.9);
      // Where most texts are equally long it would cut none of them, and 0 is no length.
      const isShorter = shorter > 0 && shorter < Math.min(whole, MAX_LENGTH);
      const other = { variant: '90 %', value: shorter, also: 'cuts up to a tenth of the texts' };
      return { value, reason, alternatives: isShorter ? [instead(LENGTHS, '99 %, of hotels 80 %', other)] : [] };
    },
  },
];
