// Weights of anyone's file: safetensors, PyTorch, Keras, NumPy, ONNX, or the folder of a TensorFlow.js model.
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inflateRawSync, inflateSync } from 'node:zlib';
import { decodeWeights } from '../engine/io/readWeights.ts';
import { readTfjsModel } from '../engine/io/tfjsModel.ts';
import { type ReaderTools, unsupported, type WeightsFile } from '../engine/io/weightsFile.ts';
import { CancelledError, placedIn, UserError } from '../util/userError.ts';
import { toDiskError } from './diskError.ts';

/** Node reads no larger file at once. */
const MAX_FILE_BYTES = 2 ** 32;
/** Files of weights that folders have, the first that is there. */
const FOLDER_FILES = ['model.safetensors', 'pytorch_model.bin', 'model.json'];

export const NODE_READER_TOOLS: ReaderTools = {
  inflateRaw: (bytes, maxBytes) => inflateRawSync(bytes, inflateOptions(maxBytes)),
  inflateZlib: (bytes, maxBytes) => inflateSync(bytes, inflateOptions(maxBytes)),
};

/** One buffer of the size that is expected: zlib would join several, and hold the result twice. */
function inflateOptions(maxBytes: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: Math.max(maxBytes, 1), chunkSize: Math.max(maxBytes + 1, 64) };
}

/**
 * Reads a file of weights, or a folder that has one of the usual name. Tensors have the file's own names and layout.
 * Throws UserError `weights.*` or `safetensors.*` with the file's place, or `disk`, which names the file itself, and CancelledError.
 */
export async function readWeights(path: string, signal?: AbortSignal): Promise<WeightsFile> {
  try {
    return await readAny(path, signal);
  } catch (thrown) {
    if (signal?.aborted) throw new CancelledError();
    throw toDiskError(thrown) ?? placedIn(path, thrown);
  }
}

async function readAny(path: string, signal?: AbortSignal): Promise<WeightsFile> {
  if ((await stat(path)).isDirectory()) return readAny(await fileIn(path), signal);
  if (basename(path).endsWith('.json')) return readTfjs(path, signal);
  return decodeWeights(await readWhole(path, signal), NODE_READER_TOOLS);
}

async function fileIn(folder: string): Promise<string> {
  const names = await readdir(folder);
  const name = FOLDER_FILES.find((candidate) => names.includes(candidate));
  if (name !== undefined) return join(folder, name);
  throw unsupported(`it is a folder without ${FOLDER_FILES.join(' or ')}`, 'Give the file of weights.');
}

async function readTfjs(path: string, signal?: AbortSignal): Promise<WeightsFile> {
  return readTfjsModel({
    model: await readWhole(path, signal),
    readShard: (name) => readWhole(join(dirname(path), name), signal),
  });
}

/** A whole regular file: a device or pipe could go on for ever. */
async function readWhole(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > MAX_FILE_BYTES) {
      throw new UserError({
        code: 'weights.unsupported',
        message: facts.isFile() ? `${path} is larger than 4 GB.` : `${path} is no file.`,
        remedy: 'Give a file of weights of at most 4 GB.',
      });
    }
    return await file.readFile({ signal });
  } finally {
    await file.close();
  }
}
