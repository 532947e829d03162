// gatescope engine install: adds an engine that does not come with Gatescope.
import { installTensorflow } from '../../tensorflow/installTensorflow.ts';
import { packagesFolder, tensorflowFolder } from '../../tensorflow/tensorflowFolder.ts';
import { type Command, type CommandContext, EXIT, usageError } from '../command.ts';

export const engineCommand: Command = {
  name: 'engine',
  summary: 'Install the optional engine TensorFlow.',
  usage: 'gatescope engine install tensorflow',
  options: {},
  details:
    'Downloads @tensorflow/tfjs-node with npm, and its library, into the cache folder of the user (about 1 GB). Configs with\n' +
    '"engine": { "backend": "tensorflow" } then train on it. Ctrl-C leaves nothing behind.',
  run: engine,
};

async function engine({ positionals, output, onInterrupt }: CommandContext): Promise<number> {
  const [action, name, ...rest] = positionals;
  if (action !== 'install' || name !== 'tensorflow' || rest.length > 0) {
    throw usageError(engineCommand, 'What can be done is: engine install tensorflow.');
  }
  const controller = new AbortController();
  onInterrupt(() => controller.abort());
  const folder = tensorflowFolder();
  const isNew = await installTensorflow({
    folder,
    packages: packagesFolder(),
    signal: controller.signal,
    onProgress: (text) => output.note(`${text}…`),
  });
  output.line(`TensorFlow ${isNew ? 'is installed' : 'was installed already'} in ${folder}.`);
  return EXIT.ok;
}
