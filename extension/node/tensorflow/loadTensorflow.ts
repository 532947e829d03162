// Loads @tensorflow/tfjs-node from the folder where it was installed; it is never bundled and no dependency.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import { refuseBackend } from '../../engine/backend/backend.ts';
import type { TensorflowLibrary } from '../../engine/backend/tensorflowBackend.ts';
import { UserError } from '../../util/userError.ts';
import { tensorflowFolder } from './tensorflowFolder.ts';

const PACKAGE = '@tensorflow/tfjs-node';

/** The part of the package that is used here. */
interface TfjsNode {
  backend(): { binding: { TF_Version: string } };
}

/** Loads the package, which makes `tensorflow` a backend of tfjs. Throws UserError `engine.tensorflowMissing`, `engine.backendUnavailable`. */
export function loadTensorflow(folder = tensorflowFolder()): TensorflowLibrary {
  if (!existsSync(join(folder, 'node_modules', PACKAGE))) throw missing();
  restoreRemovedUtilities();
  // Only errors of the library; what it says of the processor is no news to anybody.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    const tfjsNode = createRequire(join(folder, 'package.json'))(PACKAGE) as TfjsNode;
    return { version: tfjsNode.backend().binding.TF_Version, threads: availableParallelism() };
  } catch (error) {
    throw refuseBackend('tensorflow', error instanceof Error ? error.message : String(error));
  }
}

function missing(): UserError {
  return new UserError({
    code: 'engine.tensorflowMissing',
    message: 'The backend "tensorflow" needs TensorFlow, which is not installed.',
    remedy:
      'Run "gatescope engine install tensorflow" on the command line or "Gatescope: Install TensorFlow Engine" in VS Code, each for itself; ' +
      'or set engine.backend to "auto".',
  });
}

/** Functions that Node 23 removed and the package still calls. */
function restoreRemovedUtilities(): void {
  const removed = util as unknown as Record<string, (value: unknown) => boolean>;
  removed.isNullOrUndefined ??= (value) => value === null || value === undefined;
  removed.isArray = Array.isArray;
}
