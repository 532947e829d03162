// gatescope dataset describe: labels, lengths, vocabulary, scripts and findings of a dataset, or of a file that is none yet.
import type { WordTokenizerType } from '../../../../schema/resolved.ts';
import { WORD_TOKENIZERS } from '../../../../text/patterns.ts';
import { DEFAULT_MAX_LENGTH, surveyDataset } from '../../../surveyDataset.ts';
import { namedDataset } from '../../../trainTokenizer.ts';
import { type CommandContext, integerOption, stringOption, usageError } from '../../command.ts';
import { longReading } from '../../reading.ts';
import { reportText } from './reportText.ts';

const COMMAND = { name: 'dataset' };
const LISTED_ROWS = 5;

export async function describeAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError(COMMAND, 'describe needs one dataset or file.');
  const { dataset } = await namedDataset(args[0], cwd);
  const settings = {
    tokenizer: options.fast ? undefined : tokenizerOption(context),
    maxLength: integerOption(COMMAND, context, 'max-length', 1) ?? DEFAULT_MAX_LENGTH,
    keptRows: integerOption(COMMAND, context, 'rows', 0) ?? LISTED_ROWS,
  };
  const reading = longReading(context, 'Looking at rows');
  const report = await surveyDataset(dataset, settings, reading).finally(() => reading.end());
  output.line(options.json ? JSON.stringify({ path: dataset.path, ...report }) : reportText(report, cwd));
}

function tokenizerOption(context: CommandContext): WordTokenizerType {
  const wanted = stringOption(context, 'tokenizer') ?? 'word';
  const type = WORD_TOKENIZERS.find((name) => name === wanted);
  if (type) return type;
  throw usageError(COMMAND, `--tokenizer is ${WORD_TOKENIZERS.join(', ')}, not "${wanted}".`);
}
