// Which format a file is, by its bytes, and the reader for it.
import { Allowance } from './allowance.ts';
import { isHdf5 } from './hdf5/hdf5File.ts';
import { readKerasArchive } from './keras/kerasArchive.ts';
import { readHdf5Weights } from './keras/kerasHdf5.ts';
import { readNpz } from './npz.ts';
import { isOnnx, readOnnxWeights } from './onnx/onnxWeights.ts';
import { isTorchPickle, readTorch } from './pytorch/readTorch.ts';
import { decodeSafetensors } from './safetensors.ts';
import { type ReaderTools, unsupported, type WeightsFile } from './weightsFile.ts';
import { isZip, ZipArchive } from './zip.ts';

const SAFETENSORS_BRACE_AT = 8;

/** Its length of the header may begin as a pickle does (0x80), so that this is asked first. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes[SAFETENSORS_BRACE_AT] !== 0x7b) return false;
  const header = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return header + BigInt(SAFETENSORS_BRACE_AT) <= bytes.length;
}

/** Tensors of a file of any format but TensorFlow.js', which is a folder. Throws UserError `weights.*` or `safetensors.*`. */
export function decodeWeights(bytes: Uint8Array, tools: ReaderTools): WeightsFile {
  const file = decode(bytes, tools);
  if (file.tensors.length === 0) throw unsupported('there are no tensors in it', 'Give a file that holds weights.');
  return file;
}

function decode(bytes: Uint8Array, tools: ReaderTools): WeightsFile {
  if (isHdf5(bytes)) return readHdf5Weights(bytes, tools);
  if (isZip(bytes)) return decodeArchive(bytes, tools);
  if (isSafetensors(bytes)) return safetensors(bytes);
  if (isTorchPickle(bytes)) return readTorch(bytes, tools);
  if (isOnnx(bytes)) return readOnnxWeights(bytes);
  // A length that is wrong has an error of its own there.
  if (bytes[SAFETENSORS_BRACE_AT] === 0x7b) return safetensors(bytes);
  refuseKnown(bytes);
  throw unsupported(
    'it is none of the formats that are known',
    'Known are safetensors, PyTorch (.pt, .pth), Keras (.keras, .h5, .hdf5), NumPy .npz, ONNX, and TensorFlow.js’ model.json.',
  );
}

function safetensors(bytes: Uint8Array): WeightsFile {
  const { tensors, notes } = decodeSafetensors(bytes);
  return { format: 'safetensors', tensors, notes };
}

/** Files that people often have in the place of weights, by how they begin. */
const MISTAKEN: readonly { start: string; what: string; remedy: string }[] = [
  { start: 'version https://git-lfs', what: 'a pointer of Git LFS', remedy: 'Fetch the file itself: git lfs pull.' },
  { start: '<', what: 'a web page', remedy: 'Download the file itself, not the page about it.' },
  { start: '\x1f\x8b', what: 'a gzip archive', remedy: 'Unpack it, and give the file of weights in it.' },
];

function refuseKnown(bytes: Uint8Array): void {
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  const mistaken = MISTAKEN.find((candidate) => start.startsWith(candidate.start));
  if (mistaken) throw unsupported(`it is ${mistaken.what}`, mistaken.remedy);
}

function decodeArchive(bytes: Uint8Array, tools: ReaderTools): WeightsFile {
  const allowance = new Allowance(bytes.length);
  const zip = new ZipArchive(bytes, tools, allowance);
  if (zip.has('model.weights.h5')) return readKerasArchive(zip, tools, allowance);
  if (zip.names.some((name) => name.endsWith('data.pkl'))) return readTorch(bytes, tools);
  if (zip.names.some((name) => name.endsWith('.npy'))) return readNpz(zip, allowance);
  throw unsupported(
    'it is a zip archive of neither PyTorch nor Keras nor NumPy',
    'Unpack it, and give the file that holds the weights.',
  );
}
