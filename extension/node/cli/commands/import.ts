// gatescope import: somebody else's weights become a run; first the table of what becomes of each tensor.
import { relative, resolve } from 'node:path';
import type { ImportRequest } from '../../../protocol/engineContract.ts';
import { importSummary, importTable } from '../../../protocol/importPreview.ts';
import { type PlannedImport, planRunImport, previewImport, writeRunImport } from '../../importRun.ts';
import { type Command, type CommandContext, EXIT, JSON_OPTION, stringOption, usageError } from '../command.ts';

const POOLINGS = ['last', 'mean', 'max', 'attention'] as const;
const NONLINEARITIES = ['tanh', 'relu'] as const;
const TASKS = ['classification', 'languageModel'] as const;
const TOKENIZERS = ['word', 'whitespace', 'character'] as const;

export const importCommand: Command = {
  name: 'import',
  summary: 'Make a run of weights from PyTorch, Keras, TensorFlow.js, ONNX, NumPy or safetensors.',
  usage: 'gatescope import FILE [options]',
  options: {
    out: { type: 'string', value: 'FOLDER', description: 'The run goes to FOLDER/.gatescope/runs (default: here).' },
    vocabulary: {
      type: 'string',
      value: 'FILE',
      description: 'The model’s tokens: one a line, or JSON with ids by token. Without it the run cannot read text.',
    },
    tokenizer: { type: 'string', value: 'TYPE', description: `How text is cut: ${TOKENIZERS.join(', ')}.` },
    lowercase: { type: 'boolean', description: 'Text is lower-cased first.' },
    labels: { type: 'string', value: 'A,B,…', description: 'Class names in the order of the head’s rows.' },
    task: { type: 'string', value: 'TASK', description: `${TASKS.join(' or ')} (default: by the head’s size).` },
    pooling: { type: 'string', value: 'KIND', description: `Of a classifier: ${POOLINGS.join(', ')}.` },
    nonlinearity: { type: 'string', value: 'KIND', description: `Of a plain RNN: ${NONLINEARITIES.join(', ')}.` },
    partial: { type: 'boolean', description: 'Import what fits, leave out the rest.' },
    'dry-run': { type: 'boolean', description: 'Show what would become of each tensor, and stop.' },
    json: JSON_OPTION,
  },
  details:
    'FILE is .safetensors, .pt, .pth, .h5, .hdf5, .keras, .npz or .onnx, or the folder of a TensorFlow.js model. Nothing of it is run. docs/weights.md says what can be read and how tensors are laid out.',
  run: importWeights,
};

async function importWeights(context: CommandContext): Promise<number> {
  const { positionals, cwd, options, output } = context;
  if (positionals.length !== 1) throw usageError(importCommand, 'import needs one file of weights.');
  const cancelled = new AbortController();
  context.onInterrupt(() => cancelled.abort());
  const planned = await planRunImport(importOptions(context, resolve(cwd, positionals[0])), cancelled.signal);
  const preview = previewImport(planned);
  const [isDry, isPartial] = [options['dry-run'] === true, options.partial === true];
  if (!options.json) {
    output.line(importTable(preview));
    if (preview.problems.length === 0) output.line(`\n${importSummary(preview)}`);
    for (const note of notesOf(planned, { isDry, isPartial })) output.note(note);
  }
  if (isDry) {
    if (options.json) output.line(JSON.stringify(preview));
    return EXIT.ok;
  }
  const folder = resolve(cwd, stringOption(context, 'out') ?? '.');
  const dir = await writeRunImport(planned, { folder, isPartial }, cancelled.signal);
  if (options.json) output.line(JSON.stringify({ run: dir, ...preview }));
  else output.line(relative(cwd, dir));
  return EXIT.ok;
}

function importOptions(context: CommandContext, path: string): ImportRequest {
  const { cwd, options } = context;
  const vocabulary = stringOption(context, 'vocabulary');
  const type = oneOf(context, 'tokenizer', TOKENIZERS);
  return {
    path,
    vocabulary: vocabulary === undefined ? undefined : resolve(cwd, vocabulary),
    tokenizer: { ...(type && { type }), ...(options.lowercase === true && { lowercase: true }) },
    labels: stringOption(context, 'labels')
      ?.split(',')
      .map((label) => label.trim()),
    task: oneOf(context, 'task', TASKS),
    pooling: oneOf(context, 'pooling', POOLINGS),
    nonlinearity: oneOf(context, 'nonlinearity', NONLINEARITIES),
  };
}

function oneOf<T extends string>(context: CommandContext, name: string, values: readonly T[]): T | undefined {
  const text = stringOption(context, name);
  if (text === undefined) return undefined;
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw usageError(importCommand, `--${name} is one of ${values.join(', ')}, not "${text}".`);
  return value;
}

function notesOf(
  { plan: { notes, problems, reservations }, tokenizer }: PlannedImport,
  { isDry, isPartial }: { isDry: boolean; isPartial: boolean },
): string[] {
  return [
    ...notes,
    ...(isDry ? [...problems, ...reservations].map((reason) => `Does not fit: ${reason}`) : []),
    ...(isPartial && !isDry ? reservations.map((reason) => `Left out or other than meant: ${reason}`) : []),
    ...(tokenizer === undefined
      ? ['Without --vocabulary the run has no tokenizer: it can be fine-tuned, but not predict.']
      : []),
  ];
}
