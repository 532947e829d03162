// What an import would do, as data and as text: the command line prints it, the editor shows it.
import type { ResolvedModel } from '../schema/resolved.ts';
import type { TaskName } from '../schema/tasks.ts';

export interface ImportPreview {
  /** `PyTorch`, `Keras`, … */
  format: string;
  task: TaskName;
  model: ResolvedModel;
  vocabularySize: number;
  /** Absent where the head was not found. */
  classCount?: number;
  tensors: {
    name: string;
    shape: number[];
    /** Absent for zeros. */
    from?: string;
    fromShape?: number[];
    /** `transposed, gates z r h to r z n` */
    how: string;
  }[];
  /** Why there can be no model of it. */
  problems: string[];
  /** Why a model of it would not be the whole model. */
  reservations: string[];
  notes: string[];
}

const NAME_COLUMNS = 60;

/** The table of what becomes of each tensor: columns of the file, of ours, and how. */
export function importTable({ format, tensors }: ImportPreview): string {
  const header = [`${format} tensor`, 'shape', 'becomes', 'shape', 'how'];
  const rows = tensors.map(({ name, shape, from, fromShape, how }) => [
    from === undefined ? '–' : shorten(from),
    fromShape ? sizes(fromShape) : '',
    name,
    sizes(shape),
    how,
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `Classification, 3 classes: LSTM, 2 layers of 4 units, both directions, pooling last; 7 tokens.` */
export function importSummary({ task, model, classCount, vocabularySize }: ImportPreview): string {
  const { encoder, embedding, pooling } = model;
  const { layers, hiddenSize, bidirectional } = encoder;
  const kind =
    task === 'languageModel'
      ? 'Language model'
      : `Classification, ${classCount === undefined ? 'without a head' : `${classCount} classes`}`;
  const parts = [
    encoder.type.toUpperCase(),
    `${layers === 1 ? '1 layer' : `${layers} layers`} of ${hiddenSize} units`,
    ...(bidirectional ? ['both directions'] : []),
    ...(pooling ? [`pooling ${pooling}`] : []),
    'type' in embedding ? 'one-hot input' : `embedding of ${embedding.size}`,
  ];
  return `${kind}: ${parts.join(', ')}; ${vocabularySize} tokens.`;
}

/** The table with everything that is to be known before an import. */
export function importText(preview: ImportPreview): string {
  const { problems, reservations, notes } = preview;
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : ['', title, ...items.map((item) => `  - ${item}`)];
  return [
    ...(problems.length === 0 ? [importSummary(preview), ''] : []),
    importTable(preview),
    ...list('Cannot be imported:', problems),
    ...list('Does not fit:', reservations),
    ...list('To know:', notes),
    '',
  ].join('\n');
}

const sizes = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** The end of a name says more than its start. */
function shorten(name: string): string {
  const printable = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return printable.length > NAME_COLUMNS ? `…${printable.slice(1 - NAME_COLUMNS)}` : printable;
}
