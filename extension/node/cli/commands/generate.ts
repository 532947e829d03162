// gatescope generate: text that a language model writes, as it is written.
import { GENERATE_DEFAULTS as DEFAULTS } from '../../../protocol/engineContract.ts';
import { generateWith } from '../../generateText.ts';
import { loadRunModel } from '../../runModel.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  numberOption,
  usageError,
} from '../command.ts';
import { weightedRun } from '../weightedRun.ts';

export const generateCommand: Command = {
  name: 'generate',
  summary: 'Write text with a language model.',
  usage: 'gatescope generate RUN [PROMPT] [options]',
  options: {
    length: { type: 'string', value: 'N', description: `Tokens to write (default ${DEFAULTS.length}).` },
    temperature: {
      type: 'string',
      value: 'X',
      description: `Below 1 tamer, above 1 wilder; 0 takes the most probable token (default ${DEFAULTS.temperature}).`,
    },
    'top-k': { type: 'string', value: 'K', description: 'Draw from the K most probable tokens only.' },
    seed: { type: 'string', value: 'N', description: `The same seed writes the same text (default ${DEFAULTS.seed}).` },
    json: JSON_OPTION,
  },
  details:
    'RUN is the folder of a run, the start of its id, its name, or `latest`. Without PROMPT the text begins a new line.',
  run: generate,
};

async function generate(context: CommandContext): Promise<number> {
  const { positionals, output, options } = context;
  const [reference, prompt = '', ...more] = positionals;
  if (reference === undefined) throw usageError(generateCommand, 'generate needs a run.');
  if (more.length > 0) throw usageError(generateCommand, 'Put the prompt in quotes.');
  const settings = {
    prompt,
    length: integerOption(generateCommand, context, 'length', 1) ?? DEFAULTS.length,
    temperature: numberOption(generateCommand, context, 'temperature', 0) ?? DEFAULTS.temperature,
    topK: integerOption(generateCommand, context, 'top-k', 1),
    seed: integerOption(generateCommand, context, 'seed', 0) ?? DEFAULTS.seed,
  };
  const run = await loadRunModel((await weightedRun(reference, context)).dir);
  const controller = new AbortController();
  context.onInterrupt(() => controller.abort());
  let text = '';
  for await (const piece of generateWith(run, settings, controller.signal)) {
    if (!options.json) output.write(text === '' ? prompt + piece : piece);
    text += piece;
  }
  output.line(options.json ? JSON.stringify({ ...settings, text }) : '');
  return EXIT.ok;
}
