// What PyTorch's pickles may name: tensors, their storages and plain containers. Everything else is refused by its name, because a name in a
// pickle is a function that Python would call.
import { UserError } from '../../../util/userError.ts';
import type { Allowance } from '../allowance.ts';
import type { ByteReader } from '../byteReader.ts';
import { ELEMENT_BYTES, type ElementType } from '../elements.ts';
import { clip, countElements, malformed, unsupported } from '../weightsFile.ts';
import { PickleGlobal, unpickle } from './unpickler.ts';

/** Numbers that tensors are views of. The bytes are found when the pickle has been read. */
export interface Storage {
  key: string;
  type: ElementType;
  /** Elements. */
  count: number;
}

/** A tensor of a pickle: a view of a storage, strides in elements. */
export class TorchTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: number[];
  readonly strides: number[];

  constructor(storage: Storage, { offset, shape, strides }: Pick<TorchTensor, 'offset' | 'shape' | 'strides'>) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGE_TYPES: Readonly<Record<string, ElementType>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Types of numbers that say something about a checkpoint but hold no weights. */
const DTYPES = /^(float(16|32|64)|bfloat16|double|half|float|u?int(8|16|32|64)|long|short|int|bool|strided)$/;

const plainDict = new PickleGlobal('OrderedDict', (args) => {
  const [items = []] = args;
  if (!Array.isArray(items)) throw malformed('its pickle makes a dict of what are no items');
  return new Map(items.filter((item) => Array.isArray(item)) as [unknown, unknown][]);
});

const GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map([
  ['collections.OrderedDict', plainDict],
  ['torch._utils._rebuild_tensor', new PickleGlobal('_rebuild_tensor', rebuildTensor)],
  ['torch._utils._rebuild_tensor_v2', new PickleGlobal('_rebuild_tensor_v2', rebuildTensor)],
  ['torch._utils._rebuild_parameter', new PickleGlobal('_rebuild_parameter', ([tensor]) => asTensor(tensor))],
  [
    'torch._utils._rebuild_parameter_with_state',
    new PickleGlobal('_rebuild_parameter', ([tensor]) => asTensor(tensor)),
  ],
  ['torch.Size', new PickleGlobal('Size', ([sizes]) => (Array.isArray(sizes) ? [...sizes] : []))],
  ['torch.device', new PickleGlobal('device', (args) => args.map(String))],
]);

/** Reads the pickle of a PyTorch file; `storageOf` takes what a storage's persistent id names. */
export function readTorchPickle(
  reader: ByteReader,
  allowance: Allowance,
  storageOf: (storage: Storage) => Storage,
): unknown {
  return unpickle(reader, { findGlobal, findPersistent: (id) => storageOf(parseStorage(id)), allowance });
}

function findGlobal(module: string, name: string): PickleGlobal {
  const known = GLOBALS.get(`${module}.${name}`);
  if (known) return known;
  if (module === 'torch' && (Object.hasOwn(STORAGE_TYPES, name) || DTYPES.test(name))) return new PickleGlobal(name);
  throw new UserError({
    code: 'weights.refusedGlobal',
    message: `The PyTorch file names ${clip(`${module}.${name}`)}, which Python would run: it is refused.`,
    remedy:
      'Only tensors and plain containers are read. In Python, save the weights alone: torch.save(model.state_dict(), "weights.pt").',
  });
}

/** `('storage', FloatStorage, '0', 'cpu', 2130)`, and in the legacy form a view within it, which must be none. */
function parseStorage(id: unknown): Storage {
  if (!Array.isArray(id) || id[0] !== 'storage') throw malformed('its pickle names something that is no storage');
  const [, type, key, , count, view] = id;
  const elementType = type instanceof PickleGlobal ? STORAGE_TYPES[type.name] : undefined;
  if (!elementType) {
    throw unsupported(
      `its numbers are of the type ${type instanceof PickleGlobal ? clip(type.name) : 'nobody knows'}`,
      'Save them as float32: model.float().',
    );
  }
  if (view !== null && view !== undefined) {
    throw unsupported('a storage in it is a part of another one', 'Load and save it with a newer PyTorch.');
  }
  if (typeof key !== 'string') throw malformed('a storage in it has no key');
  countElements(key, [count]);
  return { key, type: elementType, count: count as number };
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): TorchTensor {
  if (!isStorage(storage)) throw malformed('a tensor in it has no storage');
  if (!isSizes(shape) || !isSizes(strides) || !isSizes([offset]) || shape.length !== strides.length) {
    throw malformed('a tensor in it has no shape');
  }
  countElements('a tensor', shape);
  return new TorchTensor(storage, { offset: offset as number, shape: [...shape], strides: [...strides] });
}

function asTensor(value: unknown): TorchTensor {
  if (value instanceof TorchTensor) return value;
  throw malformed('a parameter in it is no tensor');
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'type' in value && 'key' in value && 'count' in value;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

export const storageBytes = ({ type, count }: Storage): number => count * ELEMENT_BYTES[type];
