// Installs TensorFlow for Node into the user's folder: the packages by npm, checked against the checksums of media/tensorflow; then the
// library by the package's own script; then a product of two matrices, in a process of its own.
// Invariant: the folder appears under its name only when all of that worked; whatever else happens, nothing is left.
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../store/makeFolder.ts';
import { isProcessAlive } from '../../store/processes.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import { ProgramFailed, runProgram } from './runProgram.ts';

export interface InstallOptions {
  /** Where to; see tensorflowFolder. */
  folder: string;
  /** Folder of the package.json and package-lock.json to install by. */
  packages: string;
  signal: AbortSignal;
  /** One line about what is going on. */
  onProgress(text: string): void;
}

/** Folders of installations that are not complete: `installing-<pid>-…`. */
const BUILDING = /^installing-(\d+)-/;

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|CERT|UNABLE_TO_|TAR_BAD_ARCHIVE|socket hang up|tunneling|\bE?(403|404|407|50[234])\b/;

/** What the engine will do first, run where a crash harms nobody. */
const TEST = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray = Array.isArray;
const tf = require('@tensorflow/tfjs-node');
const product = tf.matMul([[1, 2], [3, 4]], [[1, 2], [3, 4]]).dataSync().join();
if (tf.getBackend() !== 'tensorflow' || product !== '7,10,15,22') throw new Error('It computed ' + product);
`;

/** False where it was installed already. Throws UserError `tensorflow.offline`, `tensorflow.npmMissing`, `tensorflow.installFailed`; CancelledError. */
export async function installTensorflow({ folder, packages, signal, onProgress }: InstallOptions): Promise<boolean> {
  if (existsSync(folder)) return false;
  const parent = dirname(folder);
  await makeFolder(parent);
  await removeAbandoned(parent);
  const building = await mkdtemp(join(parent, `installing-${process.pid}-`));
  try {
    await build(building, { packages, signal, onProgress });
    await rename(building, folder);
    return true;
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    // Another process may have been faster.
    if (existsSync(folder)) return false;
    throw error instanceof ProgramFailed ? explain(error, folder) : error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function build(
  building: string,
  { packages, signal, onProgress }: Omit<InstallOptions, 'folder'>,
): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) await copyFile(join(packages, name), join(building, name));
  onProgress('Downloading the packages (step 1 of 3)');
  await runProgram('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: building, signal });
  onProgress('Downloading the TensorFlow library, some hundred megabytes (step 2 of 3)');
  const modules = join(building, 'node_modules');
  const tools = join(modules, '.bin');
  const cwd = join(modules, '@tensorflow/tfjs-node');
  await runProgram(process.execPath, ['scripts/install.js'], { cwd, signal, tools });
  onProgress('Testing it (step 3 of 3)');
  await runProgram(process.execPath, ['-e', TEST], { cwd: building, signal });
}

/** Removes what installations left behind whose process was ended. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = BUILDING.exec(name) ?? [];
    if (pid !== undefined && !isProcessAlive(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

function explain(error: ProgramFailed, folder: string): UserError {
  const { program, output, isMissing } = error;
  if (isMissing) {
    return new UserError({
      code: 'tensorflow.npmMissing',
      message: `TensorFlow is installed with ${program}, which was not found.`,
      remedy: 'Install Node.js, which brings npm, start this program again, and try once more.',
      cause: error,
    });
  }
  const reason = reasonIn(output);
  if (OFFLINE.test(output)) {
    return new UserError({
      code: 'tensorflow.offline',
      message: `TensorFlow could not be downloaded: ${reason}.`,
      remedy:
        'Check the connection, and the proxy (HTTPS_PROXY, and the setting of npm), then try again; ' +
        `or copy ${folder} from a machine of the same kind that has it. Nothing was left behind; every other backend works without it.`,
      cause: error,
    });
  }
  return new UserError({
    code: 'tensorflow.installFailed',
    message: `TensorFlow could not be installed: ${reason}.`,
    remedy: 'Nothing was left behind. Mend that and try again, or set engine.backend to "auto".',
    cause: error,
  });
}

/** The line of a program's output that says most: the first that gives a reason, else the last. */
function reasonIn(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .filter((line) => line !== '');
  const telling = lines.find((line) => /Error: |reason: /.test(line));
  return (telling ?? lines.at(-1) ?? 'it said nothing').replace(/^.*Error: |\.$/g, '').slice(0, 300);
}
