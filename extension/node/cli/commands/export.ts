// gatescope export: a run as files of another library.
import { relative, resolve } from 'node:path';
import { EXPORT_FORMATS, EXPORT_SUMMARIES } from '../../../schema/exportFormats.ts';
import { exportRun } from '../../exportRun.ts';
import { type Command, type CommandContext, EXIT, JSON_OPTION, stringOption, usageError } from '../command.ts';
import { weightedRun } from '../weightedRun.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a run as a PyTorch module, ONNX, a Keras script or safetensors.',
  usage: 'gatescope export RUN --format FORMAT [options]',
  options: {
    format: { type: 'string', short: 'f', value: 'FORMAT', description: `${EXPORT_FORMATS.join(', ')}.` },
    out: { type: 'string', value: 'FOLDER', description: 'New or empty folder (default: ID-FORMAT).' },
    json: JSON_OPTION,
  },
  details: [
    'RUN is the folder of a run, the start of its id, its name, or `latest`.',
    '',
    ...EXPORT_FORMATS.map((format) => `  ${format.padEnd(11)}  ${EXPORT_SUMMARIES[format]}`),
    '',
    'Each has tokenizer.json beside it, and says what it cannot carry.',
  ].join('\n'),
  run: runExport,
};

async function runExport(context: CommandContext): Promise<number> {
  const { positionals, cwd, options, output } = context;
  if (positionals.length !== 1) throw usageError(exportCommand, 'export needs one run.');
  const format = EXPORT_FORMATS.find((name) => name === stringOption(context, 'format'));
  if (!format) throw usageError(exportCommand, `--format is one of ${EXPORT_FORMATS.join(', ')}.`);
  const { dir, manifest } = await weightedRun(positionals[0], context);
  const folder = resolve(cwd, stringOption(context, 'out') ?? `${manifest.id}-${format}`);
  const { files, losses } = await exportRun(dir, format, folder);
  if (options.json) {
    output.line(JSON.stringify({ run: manifest.id, format, folder, files, losses }));
    return EXIT.ok;
  }
  for (const name of files) output.line(relative(cwd, resolve(folder, name)));
  for (const loss of losses) output.note(loss);
  return EXIT.ok;
}
