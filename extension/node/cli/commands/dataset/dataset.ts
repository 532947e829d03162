// gatescope dataset: imports data, tells what is in it, leaves rows out, splits it; and shows how the data of a config is read.
import { type Command, type CommandContext, EXIT, JSON_OPTION, usageError } from '../../command.ts';
import { adviseAction } from './advise.ts';
import { describeAction } from './describe.ts';
import { fixAction } from './fix.ts';
import { importAction } from './import.ts';
import { newAction } from './new.ts';
import { showConfigData } from './show.ts';
import { splitAction } from './split.ts';

const ACTIONS: Readonly<Record<string, (args: string[], context: CommandContext) => Promise<void>>> = {
  import: importAction,
  describe: describeAction,
  advise: adviseAction,
  fix: fixAction,
  split: splitAction,
  new: newAction,
};

export const datasetCommand: Command = {
  name: 'dataset',
  summary: 'Import data, see what is in it, leave rows out, split it, and find the encoder that fits.',
  usage: 'gatescope dataset ACTION [options]',
  options: {
    out: { type: 'string', value: 'FILE', description: 'import, new: the file to write (default: beside the data).' },
    text: {
      type: 'string',
      value: 'COLUMN',
      description: 'import: the column with the text, by name or 0-based number.',
    },
    label: { type: 'string', value: 'COLUMN', description: 'import: the column with the label.' },
    yes: { type: 'boolean', short: 'y', description: 'import: write the manifest without asking.' },
    replace: { type: 'boolean', description: 'import: replace a manifest that is there.' },
    tokenizer: { type: 'string', value: 'TYPE', description: 'describe: word (default), whitespace or character.' },
    'max-length': { type: 'string', value: 'N', description: 'describe: tokens a config would keep (default 128).' },
    fast: { type: 'boolean', description: 'describe: without tokens and almost equal texts.' },
    'exclude-duplicates': { type: 'boolean', description: 'fix: leave out rows that stand there twice.' },
    'exclude-near-duplicates': { type: 'boolean', description: 'fix: leave out rows almost equal to another.' },
    'exclude-conflicts': { type: 'boolean', description: 'fix: leave out equal texts with different labels.' },
    'exclude-leaks': { type: 'boolean', description: 'fix: leave out training rows that stand in validation or test.' },
    'exclude-unusable': { type: 'boolean', description: 'fix: leave out rows without text or label, or broken ones.' },
    'include-all': { type: 'boolean', description: 'fix: take all rows back.' },
    validation: { type: 'string', value: 'SHARE', description: 'split: share of the rows to validate on.' },
    test: { type: 'string', value: 'SHARE', description: 'split: share of the rows to test on.' },
    folds: { type: 'string', value: 'K', description: 'split: into K folds.' },
    seed: { type: 'string', value: 'N', description: 'split: seed of the drawing (default 1).' },
    group: { type: 'string', value: 'COLUMN', description: 'split: rows with one value in this column stay together.' },
    'not-stratified': { type: 'boolean', description: 'split: do not keep the shares of labels.' },
    part: { type: 'string', value: 'PART', description: 'CONFIG: train (default), validation or test.' },
    rows: { type: 'string', value: 'N', description: 'describe, CONFIG: rows to show.' },
    json: JSON_OPTION,
  },
  details: [
    'Actions:',
    '  import FILE|FOLDER   look at data, propose how it is read, and write a manifest (*.dataset.json)',
    '  describe NAME|FILE   labels, lengths, vocabulary, and what is wrong, with rows and remedies',
    '  advise NAME|FILE     which encoder and settings fit it, with reasons, and what training so takes',
    '  fix NAME --exclude-… leave rows out; the data itself is never changed',
    '  split NAME           cut validation and test, or folds, from the training rows',
    '  new NAME             write a config that trains on it, as advise says',
    '  CONFIG               how the data of a config is read: format, labels, lengths, rows',
    '',
    'NAME is the path of a manifest, or its name where it lies here, in data or datasets, or above.',
  ].join('\n'),
  run: dataset,
};

async function dataset(context: CommandContext): Promise<number> {
  const [first, ...rest] = context.positionals;
  if (first === undefined) throw usageError(datasetCommand, 'dataset needs an action, or a config.');
  if (Object.hasOwn(ACTIONS, first)) await ACTIONS[first](rest, context);
  else await showConfigData(context.positionals, context);
  return EXIT.ok;
}
