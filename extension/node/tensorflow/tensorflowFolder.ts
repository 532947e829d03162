// Where TensorFlow is installed: a folder of the user's, made by installTensorflow.ts as a whole or not at all.
import { join } from 'node:path';
import { userCacheFolder } from '../userCacheFolder.ts';

/** Of the package; another one gets another folder. */
const TFJS_NODE_VERSION = '4.22.0';

/** The extension host gives its worker the extension's global storage here. */
const STORAGE_VARIABLE = 'GATESCOPE_STORAGE';

/** In the extension's global storage where there is one, in the user's cache for the command line. */
export function tensorflowFolder(): string {
  const base = process.env[STORAGE_VARIABLE] ?? userCacheFolder();
  return join(base, `tfjs-node-${TFJS_NODE_VERSION}-${process.platform}-${process.arch}`);
}

/** What is installed by: beside the folder of the bundle that runs. */
export function packagesFolder(): string {
  return join(__dirname, '..', 'media', 'tensorflow');
}
