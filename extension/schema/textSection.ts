// The section `text` of a config: cleaning, tokenizer, length.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { stringEnum } from './stringEnum.ts';

export const CLEANING_STEPS = [
  'nfc',
  'nfkc',
  'lowercase',
  'stripHtml',
  'collapseWhitespace',
  'stripAccents',
  'replaceUrls',
  'replaceNumbers',
] as const;
export const TOKENIZER_TYPES = ['word', 'whitespace', 'character', 'bpe', 'wordpiece', 'unigram'] as const;
export const SEGMENTERS = ['jieba'] as const;

/** A tokenizer whose vocabulary comes from the training data. */
export const LearnedTokenizerSchema = closed(
  {
    type: Type.Optional(
      stringEnum(TOKENIZER_TYPES, {
        default: 'word',
        description: 'How text is cut into tokens.',
        enumDescriptions: [
          'Words and punctuation marks; Chinese and Japanese characters one by one.',
          'At white space only.',
          'Every character (code point), spaces too.',
          'Byte-level byte-pair encoding, as GPT-2: frequent words whole (`Ġthe`), others in pieces, nothing unknown.',
          'WordPiece, as BERT: a word, or its beginning and pieces that go on with it (`##ing`).',
          'Unigram, as SentencePiece: the most probable pieces of a text (`▁the`); needs no words, so it suits Chinese and Japanese.',
        ],
      }),
    ),
    segmenter: Type.Optional(
      stringEnum(SEGMENTERS, {
        description: 'What finds Chinese words, with `"type": "word"`. By default every Chinese character is a token.',
        enumDescriptions: ['jieba: the words of its dictionary, and new ones by a hidden Markov model.'],
      }),
    ),
    lowercase: Type.Optional(Type.Boolean({ default: false, description: 'Lower-case the text before it is split.' })),
    minFrequency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'Tokens seen less often in the training data become [UNK]; pairs of subwords seen less often are not joined. By default 1, of subwords 2.',
      }),
    ),
    maxVocabulary: Type.Optional(
      Type.Integer({
        minimum: 3,
        maximum: 10_000_000,
        description:
          'Largest number of vocabulary entries, [PAD] and [UNK] among them; the most frequent stay. By default 100000, of subwords 8000.',
      }),
    ),
  },
  { title: 'Learned', description: 'A tokenizer whose vocabulary comes from the training data.' },
);

const TokenizerFileSchema = closed(
  {
    file: Type.String({
      minLength: 1,
      description: 'A tokenizer.json of the Hugging Face library `tokenizers`, relative to this config.',
    }),
  },
  {
    title: 'File',
    description:
      'A tokenizer that is there already. Its vocabulary stays as it is; the special tokens that it adds around a text are left out.',
  },
);

export const TokenizerSchema = Type.Union([LearnedTokenizerSchema, TokenizerFileSchema], {
  description:
    'How text becomes tokens: learned from the training data only, or `{ "file": "tokenizer.json" }`. The run keeps it as a Hugging Face tokenizer.json.',
});

export const TextSchema = closed(
  {
    cleaning: Type.Optional(
      Type.Array(
        stringEnum(CLEANING_STEPS, {
          description: 'One cleaning step.',
          enumDescriptions: [
            'Unicode NFC: composed characters.',
            'Unicode NFKC: also full-width and ligature forms become plain ones.',
            'Lower case.',
            'Remove HTML tags and decode entities.',
            'Runs of white space become one space; ends are trimmed.',
            'Remove accents: é becomes e.',
            'Web addresses become <url>.',
            'Numbers become <num>.',
          ],
        }),
        {
          default: [],
          uniqueItems: true,
          description: 'Cleaning steps, applied in this order before the text is split into tokens.',
        },
      ),
    ),
    tokenizer: Type.Optional(TokenizerSchema),
    maxLength: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 128,
        description:
          'Longest text in tokens; what lies beyond is cut off (the start is kept). A language model reads everything.',
      }),
    ),
  },
  { description: 'From raw text to token ids.' },
);

export type CleaningStep = (typeof CLEANING_STEPS)[number];
