// TensorFlow.js' LayersModel and weights: model.json and the shards that its manifest names. Also of converters, with quantised weights.
// https://github.com/tensorflow/tfjs: io/types.ts, WeightsManifestEntry. A shard is a file beside model.json, never elsewhere.
import type { NamedTensor } from '../types.ts';
import { Allowance } from './allowance.ts';
import { ELEMENT_BYTES, type ElementType, readElements } from './elements.ts';
import { isRecord, parseJson } from './parseJson.ts';
import { clip, countElements, LIMITS, malformed, unsupported, type WeightsFile } from './weightsFile.ts';

const TYPES: Readonly<Record<string, ElementType>> = {
  float32: 'float32',
  float16: 'float16',
  int32: 'int32',
  uint8: 'uint8',
  uint16: 'uint16',
  bool: 'bool',
};

export interface TfjsFiles {
  /** The text of model.json. */
  model: Uint8Array;
  /** A file beside model.json. `name` has been checked to be a plain name. */
  readShard(name: string): Promise<Uint8Array>;
}

/** Whether JSON is the model.json of TensorFlow.js: it has a manifest of weights. */
export function isTfjsModel(text: string): boolean {
  return /^\s*\{/.test(text) && text.includes('"weightsManifest"');
}

/** Reads all weights of a model.json. Throws UserError `weights.*`. */
export async function readTfjsModel({ model, readShard }: TfjsFiles): Promise<WeightsFile> {
  const topology = parseJson(model, new Allowance(model.length));
  if (!isRecord(topology) || !Array.isArray(topology.weightsManifest))
    throw malformed('it is JSON, but not a model.json of TensorFlow.js: it has no weightsManifest');
  const tensors: NamedTensor[] = [];
  const names = new Set<string>();
  const quantized: string[] = [];
  for (const group of topology.weightsManifest) {
    if (!isRecord(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      throw malformed('its weightsManifest is damaged');
    const shards: Uint8Array[] = [];
    for (const path of group.paths) {
      const name = plainName(path);
      // A long list of one shard would take its size for each time.
      if (names.has(name)) throw malformed(`it names the shard ${clip(name)} more than once`);
      names.add(name);
      shards.push(await readShard(name));
    }
    const bytes = joined(shards);
    const allowance = new Allowance(bytes.length + model.length);
    let at = 0;
    for (const weight of group.weights) {
      const { name, shape, type, count, scale, min } = checkWeight(weight);
      const length = count * ELEMENT_BYTES[type];
      if (at + length > bytes.length) throw malformed(`"${clip(name)}" reaches beyond the shards`);
      allowance.take(count * 4 + 64);
      const data = readElements({ bytes: bytes.subarray(at, at + length), type }, count);
      if (scale !== 1 || min !== 0) for (let index = 0; index < count; index++) data[index] = data[index] * scale + min;
      if (type !== 'float32') quantized.push(name);
      if (tensors.push({ name, shape, data }) > LIMITS.tensors) throw malformed('it has too many tensors');
      at += length;
    }
    if (at !== bytes.length) throw malformed(`${bytes.length - at} bytes of its shards belong to no tensor`);
  }
  if (tensors.length === 0) throw unsupported('there are no tensors in it', 'Give a model.json with weights.');
  const notes =
    quantized.length === 0
      ? []
      : [`${quantized.length} tensors ("${quantized[0]}", …) are not float32 in the file and read as float32.`];
  return { format: 'tfjs', tensors, notes, config: topology.modelTopology };
}

/** A shard lies beside model.json: no folders, no parents, no addresses. */
function plainName(path: unknown): string {
  if (typeof path === 'string' && path !== '' && path.length < 256 && !/[/\\:\0]/.test(path) && !/^\.+$/.test(path))
    return path;
  throw unsupported(
    `it names the shard ${clip(JSON.stringify(path) ?? 'nothing')}, which does not lie beside it`,
    'Put model.json and its shards into one folder, and name them without folders.',
  );
}

function joined(shards: readonly Uint8Array[]): Uint8Array {
  if (shards.length === 1) return shards[0];
  const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
  let at = 0;
  for (const shard of shards) {
    bytes.set(shard, at);
    at += shard.length;
  }
  return bytes;
}

interface Weight {
  name: string;
  shape: number[];
  /** As the numbers lie in the shards: quantised ones are small integers or halves. */
  type: ElementType;
  count: number;
  scale: number;
  min: number;
}

function checkWeight(value: unknown): Weight {
  if (!isRecord(value) || typeof value.name !== 'string' || !Array.isArray(value.shape))
    throw malformed('its weightsManifest is damaged');
  const { name, shape, dtype, quantization } = value;
  const stored = isRecord(quantization) ? quantization.dtype : dtype;
  const type = typeof stored === 'string' && Object.hasOwn(TYPES, stored) ? TYPES[stored] : undefined;
  if (!type) throw unsupported(`"${clip(name)}" has the type ${clip(String(stored))}`, 'Save it as float32.');
  const { scale = 1, min = 0 } = isRecord(quantization) ? quantization : {};
  if (typeof scale !== 'number' || typeof min !== 'number')
    throw malformed(`the quantization of "${clip(name)}" is none`);
  return { name, shape: shape as number[], type, count: countElements(name, shape), scale, min };
}
