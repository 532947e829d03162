// Keras 3's .keras: a zip archive of config.json, metadata.json and model.weights.h5.
import type { Allowance } from '../allowance.ts';
import { parseJson } from '../parseJson.ts';
import type { ReaderTools, WeightsFile } from '../weightsFile.ts';
import type { ZipArchive } from '../zip.ts';
import { readHdf5Weights } from './kerasHdf5.ts';

/** Throws UserError `weights.*`. */
export function readKerasArchive(zip: ZipArchive, tools: ReaderTools, allowance: Allowance): WeightsFile {
  const weights = readHdf5Weights(zip.read('model.weights.h5'), tools, allowance);
  if (!zip.has('config.json')) return weights;
  return { ...weights, config: parseJson(zip.read('config.json'), allowance) };
}
