// A dataset manifest (*.dataset.json): which files make a dataset, how they are read, how they are split, and which rows are left out.
// The files themselves are never changed.
import { type Static, Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { DATASET_PARTS, sourceProperties } from './source.ts';
import { stringEnum } from './stringEnum.ts';

export const DATASET_SUFFIX = '.dataset.json';

const share = (what: string) =>
  Type.Optional(
    Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: `Share of the training rows ${what}.` }),
  );

const column = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Integer({ minimum: 0 })], { description }));

const FileSchema = closed(
  {
    ...sourceProperties,
    path: Type.String({
      minLength: 1,
      description: 'File or folder, relative to this manifest, in its folder or below it.',
    }),
    part: Type.Optional(
      stringEnum(DATASET_PARTS, { default: 'train', description: 'Which part of the dataset the file belongs to.' }),
    ),
    bytes: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'Size of the file when its rows were looked at. Another size means that excluded lines may be others.',
      }),
    ),
  },
  { description: 'A file of the dataset and how it is read.' },
);

const SplitsSchema = closed(
  {
    validation: share('that become the validation part'),
    test: share('that become the test part'),
    folds: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 100,
        description:
          'Cut the training rows into this many folds instead (k-fold cross-validation); a config says with `fold` which one it validates on.',
      }),
    ),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_295, default: 1, description: 'Seed of the drawing.' }),
    ),
    stratified: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether every label has the same share in all parts.' }),
    ),
    groupColumn: column(
      'Rows with the same value in this column stay together, such as texts of one author. Then nothing is stratified.',
    ),
  },
  { description: 'How validation and test parts, or folds, are cut from the training rows.' },
);

const ExcludedSchema = closed(
  {
    path: Type.String({ minLength: 1, description: 'The file, relative to this manifest.' }),
    lines: Type.Array(
      Type.Union([
        Type.Integer({ minimum: 1 }),
        Type.Tuple([Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })]),
      ]),
      {
        description:
          'Lines that rows begin at, 1-based; `[from, to]` for several. In Parquet and Arrow: numbers of rows.',
      },
    ),
    reason: Type.Optional(Type.String({ description: 'Why: the code of the finding, or a note.' })),
  },
  { description: 'Rows that are left out.' },
);

export const DatasetSchema = closed(
  {
    $schema: Type.Optional(Type.String({ description: 'JSON Schema of this file, for other editors.' })),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Name shown in lists. By default the file name.' })),
    description: Type.Optional(Type.String({ description: 'What the data is.' })),
    licence: Type.Optional(Type.String({ description: 'Under which terms it may be used, e.g. `CC BY 4.0`.' })),
    source: Type.Optional(Type.String({ description: 'Where it comes from: an address or a citation.' })),
    kind: Type.Optional(
      stringEnum(['labelled', 'text'], {
        default: 'labelled',
        description: 'What its rows are.',
        enumDescriptions: ['Texts with a label each, for classification.', 'Texts alone, for a language model.'],
      }),
    ),
    files: Type.Array(FileSchema, { minItems: 1, description: 'The files of the dataset.' }),
    labels: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Names of the labels 0, 1, 2 …, where the files hold numbers.',
      }),
    ),
    splits: Type.Optional(SplitsSchema),
    exclude: Type.Optional(Type.Array(ExcludedSchema, { description: 'Rows that are left out, by file.' })),
  },
  { title: 'Gatescope dataset', description: 'A dataset: its files, parts, and rows that are left out.' },
);

export type Dataset = Static<typeof DatasetSchema>;
export type DatasetFile = Static<typeof FileSchema>;
export type Splits = Static<typeof SplitsSchema>;
export type Excluded = Static<typeof ExcludedSchema>;
