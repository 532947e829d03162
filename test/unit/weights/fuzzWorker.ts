// Reads mutated files, one after the other, and says what was wrong with how they were read. Runs in a thread of its own, so that a reader
// that never comes back is noticed.
import { parentPort, workerData } from 'node:worker_threads';
import { importTensors, planImport } from '../../../extension/engine/io/layout/planImport.ts';
import { readTfjsModel } from '../../../extension/engine/io/tfjsModel.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { decode, goldenBytes } from './support.ts';

export interface FuzzJob {
  files: string[];
  cases: number;
  seed: number;
  /** Number of the case that is being read. */
  progress: SharedArrayBuffer;
}

export interface FuzzResult {
  read: number;
  refused: number;
  /** Of one case. */
  worstSeconds: number;
  worstGrowth: number;
  failures: string[];
}

const MEGABYTE = 1 << 20;
const MAX_GROWTH = 4;
/** Structure of small files, code that only broken ones reach, and what else V8 needs. */
const ALWAYS_ALLOWED_BYTES = 3 * MEGABYTE;
const MAX_CPU_SECONDS = 2;
/** Numbers that sizes, offsets and counts should never be. */
const BAD_NUMBERS = [
  0n,
  1n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 53n,
  (1n << 64n) - 1n,
];

/** xorshift32 (Marsaglia, 2003): a generator that is not the product's. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

type Random = (limit: number) => number;

const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => {
    bytes[random(bytes.length)] ^= 1 << random(8);
    return bytes;
  },
  (bytes, random) => {
    bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  (bytes, random) => {
    const width = [1, 2, 4, 8][random(4)];
    const at = random(Math.max(1, bytes.length - width));
    const value = BAD_NUMBERS[random(BAD_NUMBERS.length)];
    for (let byte = 0; byte < width && at + byte < bytes.length; byte++)
      bytes[at + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => {
    const [from, length] = [random(bytes.length), 1 + random(64)];
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  },
  (bytes, random) => {
    const [from, at, length] = [random(bytes.length), random(bytes.length), 1 + random(256)];
    bytes.copy(bytes, at, from, Math.min(from + length, bytes.length));
    return bytes;
  },
  (bytes, random) => {
    const [at, from, length] = [random(bytes.length), random(bytes.length), 1 + random(64)];
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + length), bytes.subarray(at)]);
  },
];

function mutate(original: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let left = 1 + random(4); left > 0 && bytes.length > 0; left--)
    bytes = MUTATIONS[random(MUTATIONS.length)](bytes, random);
  return bytes;
}

/** The files of a TensorFlow.js model, joined to one that can be mutated: the text's length, the text, the shards. */
function splitTfjs(bytes: Uint8Array): { model: Uint8Array; shard: Uint8Array } {
  const end = bytes.indexOf(0x0a);
  return {
    model: bytes.subarray(0, end < 0 ? bytes.length : end),
    shard: bytes.subarray(end < 0 ? bytes.length : end + 1),
  };
}

async function read(name: string, bytes: Uint8Array): Promise<void> {
  let file: ReturnType<typeof decode>;
  if (name.startsWith('tfjs')) {
    const { model, shard } = splitTfjs(bytes);
    file = await readTfjsModel({
      model,
      readShard: async (path) =>
        shard.subarray(path.includes('2of2') ? 200 : 0, path.includes('1of2') ? 200 : undefined),
    });
  } else file = decode(bytes);
  const plan = planImport(file);
  if (plan.problems.length === 0) importTensors(plan);
}

function contentOf(name: string): Uint8Array {
  if (!name.startsWith('tfjs')) return goldenBytes(name);
  return Buffer.concat(
    ['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin'].map((part) => goldenBytes(`tfjs/${part}`)),
  );
}

const memory = (): number => {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
};
const cpuSeconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
};

async function fuzz({ files, cases, seed, progress }: FuzzJob): Promise<FuzzResult> {
  const result: FuzzResult = { read: 0, refused: 0, worstSeconds: 0, worstGrowth: 0, failures: [] };
  const at = new Int32Array(progress);
  const random = createRandom(seed);
  const originals = files.map((name) => ({ name, bytes: contentOf(name) }));
  // Once as they are: what V8 compiles by then is no growth of a case.
  for (const { name, bytes } of originals) await read(name, Buffer.from(bytes)).catch(() => undefined);
  for (let index = 0; index < cases && result.failures.length < 5; index++) {
    Atomics.store(at, 0, index);
    const { name, bytes } = originals[index % originals.length];
    const mutated = mutate(bytes, random);
    const [memoryBefore, cpuBefore] = [memory(), cpuSeconds()];
    let failure: string | undefined;
    try {
      await read(name, mutated);
      result.read++;
    } catch (error) {
      result.refused++;
      if (!(error instanceof UserError)) failure = (error as Error).stack ?? String(error);
    }
    const growth = memory() - memoryBefore;
    const seconds = cpuSeconds() - cpuBefore;
    result.worstSeconds = Math.max(result.worstSeconds, seconds);
    result.worstGrowth = Math.max(result.worstGrowth, growth);
    if (seconds > MAX_CPU_SECONDS) failure = `${seconds} s`;
    if (growth > MAX_GROWTH * mutated.length + ALWAYS_ALLOWED_BYTES)
      failure = `${growth} bytes for a file of ${mutated.length}`;
    if (failure) result.failures.push(`case ${index} (${name}): ${failure}`);
  }
  return result;
}

void fuzz(workerData as FuzzJob).then((result) => parentPort!.postMessage(result));
