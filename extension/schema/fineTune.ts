// Where the weights start, which of them move, when, and how fast: the config's `fineTune`.
import { type Static, Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { stringEnum } from './stringEnum.ts';

export const RECIPES = ['ulmfit', 'chainThaw'] as const;
export const VOCABULARY_MODES = ['merge', 'data', 'source'] as const;

const PATTERN_WORDS =
  'a group (`embedding`, `encoder.0`, …, `head`), a pattern over full names (`encoder.weight_hh*`), or a regular expression `/…/`';

const patterns = (description: string, rest: { default?: string[] } = {}) =>
  Type.Array(Type.String({ minLength: 1, description: `Which parameters: ${PATTERN_WORDS}.` }), {
    description: `${description} Each entry is ${PATTERN_WORDS}.`,
    ...rest,
  });

const unfreezeProperties = {
  groups: patterns('What is trained from then on.'),
  only: Type.Optional(
    Type.Boolean({ default: false, description: 'Freeze everything else, also what was trained before.' }),
  ),
};

const UnfreezeSchema = Type.Union(
  [
    closed(
      {
        epoch: Type.Integer({ minimum: 1, maximum: 100_000, description: 'Acts before this epoch (the first is 1).' }),
        ...unfreezeProperties,
      },
      { title: 'At an epoch', description: 'Unfreeze before an epoch.' },
    ),
    closed(
      {
        plateau: Type.Integer({
          minimum: 1,
          maximum: 100_000,
          description: 'Acts before the next epoch once the validation loss has not improved in so many epochs.',
        }),
        ...unfreezeProperties,
      },
      { title: 'At a plateau', description: 'Unfreeze when validation no longer improves.' },
    ),
  ],
  { description: 'One change of what is trained.' },
);

const DiscriminativeSchema = Type.Union(
  [
    closed(
      {
        factor: Type.Number({
          minimum: 1,
          maximum: 1e6,
          description: 'Each group learns this much slower than the one above it; ULMFiT has 2.6.',
        }),
      },
      { title: 'By a factor', description: 'The head has the optimizer’s rate.' },
    ),
    closed(
      {
        from: Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'Rate of the first group.' }),
        to: Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'Rate of the head.' }),
      },
      { title: 'From … to', description: 'A geometric row of rates from the first group to the head.' },
    ),
  ],
  { description: 'Lower learning rates for lower groups. Absent: one rate for all.' },
);

const byPattern = (what: string, range: { exclusiveMinimum?: number; minimum?: number; maximum: number }) =>
  Type.Optional(
    Type.Record(Type.String(), Type.Number({ ...range, description: `${what} of these parameters.` }), {
      default: {},
      title: `pattern and ${what.toLowerCase()}`,
      description: `${what} of single groups or parameters, by ${PATTERN_WORDS}; of several that fit the last counts.`,
    }),
  );

export const FineTuneSchema = closed(
  {
    from: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Weights to start from: a run (its folder, the start of its id, its name, or `latest`), one of its checkpoints, or a file of weights of PyTorch, Keras, TensorFlow.js, NumPy, ONNX or safetensors (or the folder that holds it). Relative to this config. Absent: fresh weights.',
      }),
    ),
    tokens: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Which token each row of the embedding in `from` stands for, where no tokenizer.json lies beside it: a file with one token a line, a JSON list, or JSON with ids by token. Relative to this config.',
      }),
    ),
    vocabulary: Type.Optional(
      stringEnum(VOCABULARY_MODES, {
        default: 'merge',
        description:
          'Which tokens there are, when `from` brings a vocabulary. New ones start as the mean of the old rows.',
        enumDescriptions: [
          'Those of the source, and after them the new ones of the training data.',
          'Those of the training data; rows of the source are taken over by token.',
          'Those of the source only; everything else is [UNK].',
        ],
      }),
    ),
    recipe: Type.Optional(
      stringEnum(RECIPES, {
        description: 'A known way to fine-tune; keys that are written out count before it.',
        enumDescriptions: [
          'Howard and Ruder (2018): one group more an epoch from the head down, each a factor of 2.6 slower, slanted triangular rate.',
          'Felbo et al. (2017): the head, then each group alone from the first up, then all; the epochs are shared out evenly.',
        ],
      }),
    ),
    freeze: Type.Optional(patterns('What stays as it is, to the last bit.', { default: [] })),
    unfreeze: Type.Optional(
      Type.Array(UnfreezeSchema, { default: [], description: 'What is trained later on, in order.' }),
    ),
    discriminative: Type.Optional(DiscriminativeSchema),
    learningRates: byPattern('Learning rate', { exclusiveMinimum: 0, maximum: 100 }),
    weightDecays: byPattern('Weight decay', { minimum: 0, maximum: 10 }),
    frozenDropout: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Keep the dropout of groups that are frozen, which is off otherwise.',
      }),
    ),
  },
  { description: 'Start from other weights, freeze parts of the model, and train groups at rates of their own.' },
);

export type FineTune = Static<typeof FineTuneSchema>;
export type RecipeName = (typeof RECIPES)[number];
export type VocabularyMode = (typeof VOCABULARY_MODES)[number];

export type ResolvedUnfreeze = { groups: string[]; only: boolean } & ({ epoch: number } | { plateau: number });

export type ResolvedDiscriminative = { factor: number } | { from: number; to: number };

export interface ResolvedFineTune {
  from?: string;
  tokens?: string;
  vocabulary: VocabularyMode;
  recipe?: RecipeName;
  freeze: string[];
  unfreeze: ResolvedUnfreeze[];
  discriminative?: ResolvedDiscriminative;
  learningRates: Record<string, number>;
  weightDecays: Record<string, number>;
  frozenDropout: boolean;
}
