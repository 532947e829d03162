// The section `data` of a config: what is trained, validated and tested on.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { DatasetReferenceSchema, SourceSchema } from './source.ts';

const ValidationSchema = Type.Union(
  [
    closed(
      {
        split: Type.Number({
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
          description:
            'Share of the training data to hold out: stratified by label and drawn with the seed, or for a language model the end of the text.',
        }),
      },
      { title: 'Share of the training data', description: 'Hold out a share of the training data.' },
    ),
    SourceSchema,
    DatasetReferenceSchema,
  ],
  {
    default: { split: 0.1 },
    description:
      'What each epoch is judged on: `{ "split": 0.1 }`, a file of its own `{ "path": … }`, or the validation part of a dataset `{ "dataset": … }`.',
  },
);

export const DataSchema = closed(
  {
    train: Type.Union([SourceSchema, DatasetReferenceSchema], {
      description: 'What is learned from: a file or folder `{ "path": … }`, or a dataset `{ "dataset": … }`.',
    }),
    validation: Type.Optional(ValidationSchema),
    test: Type.Optional(
      Type.Union([SourceSchema, DatasetReferenceSchema], {
        description: 'Held-out data, scored once at the end with the best weights. Without it there is no test score.',
      }),
    ),
    maxBadRowShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.01,
        description:
          'Share of rows that may be unusable (missing field, empty text, label unknown to training). Such rows are skipped, counted and listed; more than this share is an error.',
      }),
    ),
  },
  { description: 'Training, validation and test data.' },
);
