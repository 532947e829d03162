// PyTorch's files: the zip form (1.6 and newer) and the legacy form, five pickles and the storages behind them.
// Names of tensors are the keys on their way, joined by dots: those of a state_dict as they are.
import type { NamedTensor } from '../../types.ts';
import { Allowance } from '../allowance.ts';
import { ByteReader } from '../byteReader.ts';
import { conversionNote, ELEMENT_BYTES, type ElementType, gatherElements } from '../elements.ts';
import { clip, LIMITS, malformed, type ReaderTools, unsupported, type WeightsFile } from '../weightsFile.ts';
import { isZip, ZipArchive } from '../zip.ts';
import { readTorchPickle, type Storage, storageBytes, TorchTensor } from './torchPickle.ts';

/** LONG1 of ten bytes: what every legacy file begins with. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_VERSION = 1001;
/** Keys under which training scripts keep the weights of a checkpoint. */
const WEIGHT_KEYS = ['state_dict', 'model_state_dict', 'model', 'net'];
/** Keys of what is beside weights in a checkpoint and looks like them. */
const NO_WEIGHT_KEYS = /^(optimizers?|optim|optimizer_state_dict|optimizer_states|lr_schedulers?|scheduler)$/;

/** A pickle's value and the bytes of its storages. */
interface TorchContent {
  value: unknown;
  bytesOf(storage: Storage): Uint8Array;
}

export function isTorchPickle(bytes: Uint8Array): boolean {
  return bytes.length > 3 && bytes[0] === 0x80 && bytes[1] <= 5;
}

/** Reads a .pt, .pth or .th file. Throws UserError `weights.*`. */
export function readTorch(bytes: Uint8Array, tools: ReaderTools): WeightsFile {
  const allowance = new Allowance(bytes.length);
  const content = isZip(bytes) ? openZip(bytes, tools, allowance) : openLegacy(bytes, allowance);
  const { root, left } = weightsOf(content.value);
  const found = collectTensors(root, allowance);
  const notes = [...left, ...found.left].map((key) => `"${clip(key)}" holds no weights and was left out.`);
  if (found.tensors.length === 0) {
    throw unsupported('there are no tensors in it but an optimizer’s, if any', 'Give a file that holds a state_dict.');
  }
  const kept = new Map<string, Float32Array>();
  const tensors = found.tensors.map(([name, tensor]): NamedTensor => {
    const { storage, offset, shape, strides } = tensor;
    const place = [storage.key, offset, shape, strides].join(';');
    // Tied weights are one array, as they were one storage.
    const data =
      kept.get(place) ??
      gatherElements(
        name,
        { bytes: content.bytesOf(storage), type: storage.type },
        { shape, strides, offset },
        allowance,
      );
    kept.set(place, data);
    return { name, shape, data };
  });
  return { format: 'pytorch', tensors, notes: [...notes, ...conversions(found.tensors)] };
}

function conversions(tensors: readonly (readonly [string, TorchTensor])[]): string[] {
  return (Object.keys(ELEMENT_BYTES) as ElementType[]).flatMap((type) => {
    const names = tensors.filter(([, tensor]) => tensor.storage.type === type).map(([name]) => name);
    return conversionNote(names, type) ?? [];
  });
}

function openZip(bytes: Uint8Array, tools: ReaderTools, allowance: Allowance): TorchContent {
  const zip = new ZipArchive(bytes, tools, allowance);
  const pickle = zip.names.find((name) => /(^|\/)data\.pkl$/.test(name));
  if (pickle === undefined) throw malformed('it is a zip archive without data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (zip.has(`${folder}constants.pkl`)) {
    throw unsupported(
      'it is TorchScript, which holds a program',
      'In Python, save the weights alone: torch.save(model.state_dict(), …).',
    );
  }
  const isBigEndian = zip.has(`${folder}byteorder`) && zip.read(`${folder}byteorder`)[0] === 'b'.charCodeAt(0);
  if (isBigEndian) throw unsupported('its numbers are big-endian', 'Save it on a little-endian machine.');
  const value = readTorchPickle(new ByteReader(zip.read(pickle)), allowance, (storage) => storage);
  const read = new Map<string, Uint8Array>();
  return {
    value,
    bytesOf(storage) {
      const data = read.get(storage.key) ?? zip.read(`${folder}data/${storage.key}`);
      read.set(storage.key, data);
      return wholeStorage(storage, data);
    },
  };
}

function wholeStorage(storage: Storage, bytes: Uint8Array): Uint8Array {
  if (bytes.length < storageBytes(storage)) throw malformed(`the numbers "${clip(storage.key)}" are cut off`);
  return bytes.subarray(0, storageBytes(storage));
}

function openLegacy(bytes: Uint8Array, allowance: Allowance): TorchContent {
  const reader = new ByteReader(bytes);
  const read = (): unknown => readTorchPickle(reader, allowance, () => noStorage());
  const magic = read();
  if (magic !== LEGACY_MAGIC) {
    throw unsupported(
      'it is a pickle, but none of PyTorch’s',
      'In Python, save the weights with torch.save or safetensors.',
    );
  }
  if (read() !== LEGACY_VERSION) throw malformed('it is of an unknown version');
  const system = read();
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw unsupported('its numbers are big-endian', 'Save it on a little-endian machine.');
  }
  const declared = new Map<string, Storage>();
  const value = readTorchPickle(reader, allowance, (storage) => {
    const known = declared.get(storage.key) ?? storage;
    if (known.type !== storage.type || known.count !== storage.count)
      throw malformed('a storage in it changes its type');
    declared.set(storage.key, known);
    return known;
  });
  const data = readStorages(reader, read(), declared);
  return {
    value,
    bytesOf({ key }) {
      const found = data.get(key);
      if (!found) throw malformed(`the numbers "${clip(key)}" are missing`);
      return found;
    },
  };
}

/** The numbers behind the pickles, in the order of `keys`, each storage with its count before it. */
function readStorages(
  reader: ByteReader,
  keys: unknown,
  declared: ReadonlyMap<string, Storage>,
): ReadonlyMap<string, Uint8Array> {
  if (!Array.isArray(keys)) throw malformed('its list of storages is missing');
  const data = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = declared.get(key as string);
    if (!storage) throw malformed('it has numbers that no tensor uses');
    if (reader.u64() !== storage.count) {
      throw malformed(`the numbers "${clip(storage.key)}" are not as many as they should be`);
    }
    data.set(storage.key, reader.take(storageBytes(storage)));
  }
  return data;
}

function noStorage(): never {
  throw malformed('its parts are in disorder');
}

/** The state_dict of a checkpoint, where there is one among other things. */
function weightsOf(value: unknown): { root: unknown; left: string[] } {
  if (value instanceof Map) {
    for (const key of WEIGHT_KEYS) {
      const inner = value.get(key);
      if (inner instanceof Map && inner.size > 0) {
        return { root: inner, left: [...value.keys()].filter((other) => other !== key).map(String) };
      }
    }
  }
  return { root: value, left: [] };
}

/** Every tensor below a value, each container once, with the way to it as its name. */
function collectTensors(root: unknown, allowance: Allowance): { tensors: [string, TorchTensor][]; left: string[] } {
  const tensors: [string, TorchTensor][] = [];
  const left: string[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, path: readonly string[]): void => {
    if (value instanceof TorchTensor) {
      const name = path.join('.') || 'tensor';
      allowance.take(64 + 2 * name.length);
      if (tensors.push([name, value]) > LIMITS.tensors) throw malformed('it has too many tensors');
    }
    if (path.length > LIMITS.depth || seen.has(value)) return;
    if (!(value instanceof Map || Array.isArray(value))) return;
    seen.add(value);
    for (const [key, item] of value.entries()) {
      const name = typeof key === 'string' || typeof key === 'number' ? String(key) : '?';
      if (NO_WEIGHT_KEYS.test(name)) left.push(name);
      else visit(item, [...path, name]);
    }
  };
  visit(root, []);
  return { tensors: withUniqueNames(tensors), left };
}

function withUniqueNames(tensors: [string, TorchTensor][]): [string, TorchTensor][] {
  if (new Set(tensors.map(([name]) => name)).size < tensors.length) throw malformed('two tensors in it have one name');
  return tensors;
}
