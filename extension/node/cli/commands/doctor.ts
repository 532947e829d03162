// gatescope doctor: what computes here, what does not and why, how fast, and with which versions.
import { engineInfoText } from '../../../protocol/engineInfo.ts';
import { BACKENDS, MAX_THREADS } from '../../../schema/engineSection.ts';
import { engineInfo } from '../../engineInfo.ts';
import { VERSION } from '../../version.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  stringOption,
  usageError,
} from '../command.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Show what computes here, how fast, and what does not run.',
  usage: 'gatescope doctor [options]',
  options: {
    backend: { type: 'string', value: 'NAME', description: `Look at ${BACKENDS.join(', ')} (default: auto).` },
    threads: { type: 'string', value: 'N', description: 'Kernel threads (default: physical cores, at most 8).' },
    json: JSON_OPTION,
  },
  details: 'Takes a few seconds. Exit code 0 where something computes, 1 where what was asked for cannot run.',
  run: doctor,
};

async function doctor(context: CommandContext): Promise<number> {
  if (context.positionals.length > 0) throw usageError(doctorCommand, 'doctor takes options only.');
  const name = stringOption(context, 'backend') ?? 'auto';
  const backend = BACKENDS.find((candidate) => candidate === name);
  if (!backend) throw usageError(doctorCommand, `--backend is one of ${BACKENDS.join(', ')}, not "${name}".`);
  const threads = integerOption(doctorCommand, context, 'threads', 1) ?? 'auto';
  if (threads !== 'auto' && threads > MAX_THREADS)
    throw usageError(doctorCommand, `--threads is at most ${MAX_THREADS}.`);
  const info = await engineInfo({ backend, threads }, VERSION);
  context.output.line(context.options.json ? JSON.stringify(info) : engineInfoText(info));
  return info.computes ? EXIT.ok : EXIT.userError;
}
