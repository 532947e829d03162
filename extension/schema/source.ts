// Where examples come from: a file or folder and how it is read, or a part of a dataset. Configs and dataset manifests share it.
import { type Static, Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { stringEnum } from './stringEnum.ts';

export const DATA_FORMATS = [
  'auto',
  'csv',
  'tsv',
  'jsonl',
  'json',
  'labelFirst',
  'labelLast',
  'filePerClass',
  'folderPerClass',
  'text',
  'parquet',
  'arrow',
] as const;
export const ENCODINGS = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export const sourceProperties = {
  path: Type.String({ minLength: 1, description: 'File or folder, relative to this config.' }),
  format: Type.Optional(
    stringEnum(DATA_FORMATS, {
      default: 'auto',
      description:
        'How rows lie in the file. `auto` goes by the file name: .csv, .tsv, .jsonl, .json, .parquet, .arrow; other files by their first lines; a folder by what it holds; the data of a language model is always `text`.',
      enumDescriptions: [
        'By file name and content.',
        'Comma-separated values (RFC 4180: quotes, newlines inside quotes).',
        'Tab-separated values with named or numbered columns.',
        'One JSON object a line.',
        'A JSON array of objects, or an object that holds one.',
        'Label, white space, text: `0 How did serfdom develop ?` or `DESC:manner How did …`.',
        'Text, tab, label: `a gripping film<TAB>1`.',
        'A folder with one text file a class, one example a line; the file name is the label.',
        'A folder with one folder a class, one example a file; the folder name is the label.',
        'Running text without labels, for a language model.',
        'Apache Parquet.',
        'Apache Arrow, as the Hugging Face library `datasets` saves it.',
      ],
    }),
  ),
  delimiter: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1,
      description: 'Column separator of csv and tsv. By default `,` for csv and a tab for tsv.',
    }),
  ),
  header: Type.Optional(
    Type.Boolean({
      description:
        'Whether the first row of csv and tsv names the columns. By default true for csv, and found by looking for tsv.',
    }),
  ),
  textColumn: Type.Optional(
    Type.Union([Type.String(), Type.Integer({ minimum: 0 })], {
      description:
        'Column or JSON key that holds the text: a name, or a 0-based number. By default `text`, `sentence`, `review` or the longest column.',
    }),
  ),
  labelColumn: Type.Optional(
    Type.Union([Type.String(), Type.Integer({ minimum: 0 })], {
      description:
        'Column or JSON key that holds the label: a name, or a 0-based number. By default `label`, `class`, `category`, `target` or the other column.',
    }),
  ),
  labelPart: Type.Optional(
    stringEnum(['whole', 'coarse'], {
      default: 'whole',
      description: 'Which part of a label such as `DESC:manner` counts: all of it, or what stands before the colon.',
    }),
  ),
  encoding: Type.Optional(
    stringEnum(ENCODINGS, {
      default: 'auto',
      description:
        'Character encoding. `auto` goes by the byte order mark, then UTF-8, then Windows-1252 where the bytes are not UTF-8 (the log says which).',
    }),
  ),
};

export const SourceSchema = closed(sourceProperties, {
  title: 'File or folder',
  description: 'Where examples come from: a file or a folder and how it is read.',
});

export const DATASET_PARTS = ['train', 'validation', 'test'] as const;

export const DatasetReferenceSchema = closed(
  {
    dataset: Type.String({
      minLength: 1,
      description:
        'A dataset: the path of its manifest `*.dataset.json`, or its name, which is looked for in the folder of the config, its `data` and its `datasets`, then in the folders above.',
    }),
    part: Type.Optional(
      stringEnum(DATASET_PARTS, {
        description: 'Which part of the dataset. By default the one that the key is called by.',
      }),
    ),
    fold: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'Of a dataset with folds: which one is the validation part. By default 1.',
      }),
    ),
  },
  { title: 'Dataset', description: 'A part of a dataset.' },
);

/** A file or a folder, as the user wrote it. */
export type DataSource = Static<typeof SourceSchema>;
export type DatasetReference = Static<typeof DatasetReferenceSchema>;
export type DatasetPart = (typeof DATASET_PARTS)[number];
export type DataFormat = (typeof DATA_FORMATS)[number];
export type Encoding = (typeof ENCODINGS)[number];
