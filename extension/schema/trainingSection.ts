// The section `training` of a config: how the model is trained.
import { Type } from '@sinclair/typebox';
import { CheckpointsSchema } from './checkpoints.ts';
import { closed } from './closed.ts';
import { OptimizerSchema } from './optimizers.ts';
import { ScheduleSchema } from './schedule.ts';
import { stringEnum } from './stringEnum.ts';

export const DEFAULT_EPOCHS = 10;
export const METRICS = [
  'validation.loss',
  'validation.accuracy',
  'validation.macroF1',
  'validation.weightedF1',
  'validation.perplexity',
  'validation.bitsPerCharacter',
] as const;

export const TrainingSchema = closed(
  {
    epochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: DEFAULT_EPOCHS,
        description: 'Passes over the training data.',
      }),
    ),
    batchSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_536,
        default: 32,
        description: 'Examples per update; for a language model the parts of the text that are read side by side.',
      }),
    ),
    sequenceLength: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description:
          'Tokens of each part per update of a language model (bptt): gradients reach back so far, the state is carried on. By default 64.',
      }),
    ),
    batching: Type.Optional(
      stringEnum(['shuffled', 'bucketed'], {
        default: 'shuffled',
        description:
          'Which examples share a batch. Either way each stands in one batch per epoch, drawn with the seed.',
        enumDescriptions: [
          'Any: a new random order each epoch.',
          'Texts of similar length together, the batches in random order: each step then works on almost all texts of its batch. Padding costs nothing either way.',
        ],
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        default: 1,
        description:
          'Seed of split, initialisation, data order and dropout: the same config, data and seed give the same bits.',
      }),
    ),
    optimizer: Type.Optional(OptimizerSchema),
    schedule: Type.Optional(ScheduleSchema),
    clip: Type.Optional(
      closed(
        {
          norm: Type.Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'Largest global L2 norm of all gradients together.' }),
          ),
          value: Type.Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'Largest absolute value of a gradient element.' }),
          ),
        },
        { description: 'Gradient clipping by norm or by value, not both. Absent: none.' },
      ),
    ),
    loss: Type.Optional(
      closed(
        {
          labelSmoothing: Type.Optional(
            Type.Number({
              minimum: 0,
              exclusiveMaximum: 1,
              default: 0,
              description: 'Share of the target spread evenly over all classes.',
            }),
          ),
          classWeights: Type.Optional(
            Type.Union(
              [
                stringEnum(['none', 'balanced'], {
                  description: '`balanced` weighs a class by examples / (classes × examples of the class).',
                }),
                Type.Record(Type.String(), Type.Number({ minimum: 0 }), {
                  title: 'label and weight',
                  description: 'A weight per label.',
                }),
              ],
              {
                default: 'none',
                description: 'Weight of each class in the loss: `none`, `balanced`, or an object of label and weight.',
              },
            ),
          ),
        },
        { description: 'Cross-entropy options.' },
      ),
    ),
    best: Type.Optional(
      closed(
        {
          metric: Type.Optional(
            stringEnum(METRICS, {
              description:
                'The metric that decides. By default `validation.accuracy`, for a language model `validation.loss`.',
            }),
          ),
        },
        { description: 'Which epoch’s weights are kept: the best by this metric, the earlier on a tie.' },
      ),
    ),
    earlyStopping: Type.Optional(
      closed(
        {
          metric: Type.Optional(
            stringEnum(METRICS, { default: 'validation.loss', description: 'The metric that is watched.' }),
          ),
          patience: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 100_000,
              default: 3,
              description: 'Evaluations without improvement before training stops.',
            }),
          ),
          minDelta: Type.Optional(
            Type.Number({ minimum: 0, default: 0, description: 'Smallest change that counts as improvement.' }),
          ),
        },
        { description: 'Stop when a metric no longer improves. Absent: train all epochs.' },
      ),
    ),
    validateEverySteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Also validate every N updates. Absent: at the end of each epoch only.',
      }),
    ),
    checkpoints: Type.Optional(CheckpointsSchema),
  },
  { description: 'How the model is trained.' },
);

export type MetricName = (typeof METRICS)[number];
