// What a reader of weights gives, whatever the format, and how it refuses. Files are hostile until parsed.
// Invariant: a reader either gives whole, consistent tensors or throws a UserError `weights.*`; nothing of a file is ever run.
import { UserError } from '../../util/userError.ts';
import type { NamedTensor } from '../types.ts';

export const WEIGHT_FORMATS = ['safetensors', 'pytorch', 'keras', 'npz', 'tfjs', 'onnx'] as const;
export type WeightsFormat = (typeof WEIGHT_FORMATS)[number];

/** How formats are called in messages. */
export const FORMAT_NAMES: Readonly<Record<WeightsFormat, string>> = {
  safetensors: 'safetensors',
  pytorch: 'PyTorch',
  keras: 'Keras',
  npz: 'NumPy .npz',
  tfjs: 'TensorFlow.js',
  onnx: 'ONNX',
};

export interface WeightsFile {
  format: WeightsFormat;
  /** Under the file's own names, in the file's own layout, as float32. */
  tensors: NamedTensor[];
  /** What was converted and what was left out, one sentence each. */
  notes: string[];
  /** The layers as the file describes them: Keras' or TensorFlow.js' config, parsed from JSON and not checked further. */
  config?: unknown;
  /** Of a plain RNN, where the file says it. */
  nonlinearity?: 'tanh' | 'relu';
}

/** What a reader cannot do by itself. */
export interface ReaderTools {
  /** At most `maxBytes` bytes of a raw deflate stream; throws where it is damaged or longer. */
  inflateRaw(bytes: Uint8Array, maxBytes: number): Uint8Array;
  /** The same of a zlib stream. */
  inflateZlib(bytes: Uint8Array, maxBytes: number): Uint8Array;
}

/** Limits of all formats, checked before anything is allocated. */
export const LIMITS = { rank: 16, tensors: 100_000, nameBytes: 4096, depth: 64 } as const;

/** The file is damaged, or no file of its format. */
export function malformed(why: string, cause?: unknown): UserError {
  return new UserError({
    code: 'weights.malformed',
    message: `The weights cannot be read: ${why}.`,
    remedy: 'The file may be damaged or cut off: copy or save it again.',
    cause,
  });
}

/** The file is fine, but holds what is not read here. */
export function unsupported(what: string, remedy: string): UserError {
  return new UserError({ code: 'weights.unsupported', message: `The weights cannot be read: ${what}.`, remedy });
}

/** Elements of a shape. Throws where it is none, or too large to count. */
export function countElements(name: string, shape: readonly unknown[]): number {
  if (shape.length > LIMITS.rank) throw malformed(`"${clip(name)}" has ${shape.length} dimensions`);
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw malformed(`the shape of "${clip(name)}" is no shape`);
    count *= size as number;
    if (!Number.isSafeInteger(count)) throw malformed(`"${clip(name)}" is larger than any file`);
  }
  return count;
}

/** A name of the file's as it goes into a message. */
export function clip(name: string): string {
  const printable = name.replace(/\p{C}/gu, '?');
  return printable.length > 80 ? `${printable.slice(0, 77)}…` : printable;
}
