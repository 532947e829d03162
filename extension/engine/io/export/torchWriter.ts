// A state_dict as torch.load reads it, also with weights_only=True: a pickle of an OrderedDict of tensors, and the numbers beside it.

import { stridesOf } from '../../linalg/rowMajor.ts';
import type { NamedTensor } from '../../types.ts';
import { writeZip, type ZipPart } from '../zipWriter.ts';

/** As PyTorch's own: storages are read by mapping the file. */
const ALIGNMENT = 64;
const FOLDER = 'model';

/** Bytes of a .pt file in the zip form. */
export function encodeTorch(tensors: readonly NamedTensor[]): Uint8Array<ArrayBuffer> {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const parts: ZipPart[] = [
    { name: `${FOLDER}/data.pkl`, bytes: pickleStateDict(tensors) },
    { name: `${FOLDER}/byteorder`, bytes: text('little') },
    ...tensors.map(({ data }, index) => ({
      name: `${FOLDER}/data/${index}`,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
    { name: `${FOLDER}/version`, bytes: text('3\n') },
  ];
  return writeZip(parts, ALIGNMENT);
}

/** Protocol 2: OrderedDict((name, _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())), …). */
function pickleStateDict(tensors: readonly NamedTensor[]): Uint8Array {
  const pickle = new PickleWriter();
  pickle.global('collections', 'OrderedDict').emptyTuple().reduce().mark();
  for (const [index, { name, shape, data }] of tensors.entries()) {
    pickle.text(name).global('torch._utils', '_rebuild_tensor_v2').mark();
    pickle
      .mark()
      .text('storage')
      .global('torch', 'FloatStorage')
      .text(String(index))
      .text('cpu')
      .integer(data.length)
      .tuple();
    pickle.persistent().integer(0).integers(shape).integers(stridesOf(shape)).false();
    pickle.global('collections', 'OrderedDict').emptyTuple().reduce().tuple().reduce();
  }
  return pickle.setItems().stop();
}

/** Opcodes as they come; see pytorch/unpickler.ts for their names. */
class PickleWriter {
  readonly #bytes: number[] = [0x80, 2];

  #put(...bytes: number[]): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  #ascii(text: string): this {
    return this.#put(...new TextEncoder().encode(text));
  }

  global(module: string, name: string): this {
    return this.#put(0x63).#ascii(`${module}\n${name}\n`);
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.#put(0x58, ...littleEndian(bytes.length, 4), ...bytes);
  }

  integer(value: number): this {
    if (value < 2 ** 31) return this.#put(0x4a, ...littleEndian(value, 4));
    return this.#put(0x8a, 8, ...littleEndian(value, 8));
  }

  /** A tuple of integers. */
  integers(values: readonly number[]): this {
    this.mark();
    for (const value of values) this.integer(value);
    return this.tuple();
  }

  emptyTuple(): this {
    return this.#put(0x29);
  }

  tuple(): this {
    return this.#put(0x74);
  }

  mark(): this {
    return this.#put(0x28);
  }

  reduce(): this {
    return this.#put(0x52);
  }

  persistent(): this {
    return this.#put(0x51);
  }

  false(): this {
    return this.#put(0x89);
  }

  setItems(): this {
    return this.#put(0x75);
  }

  stop(): Uint8Array {
    return Uint8Array.from([...this.#bytes, 0x2e]);
  }
}

function littleEndian(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, byte) => Math.floor(value / 256 ** byte) & 0xff);
}
