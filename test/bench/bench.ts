// The bench: `npm run bench -- [--torch PYTHON] [--tfjs FOLDER] [--tensorflow] [--only NAME]… [--threads N] [--rounds N] [--quick] [--out FOLDER]`.
// Writes benchmarks.json, benchmarks.md and benchmarks-growth.svg to docs/, a quick run to out/bench/. Benches that did not run keep
// the figures that stand there.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { threadCount } from '../../extension/node/kernels/cores.ts';
import { ensureTensorflow } from '../support/tensorflow.ts';
import type { BenchContext } from './context.ts';
import { ENGINE_KINDS, type EngineKind, ROOT } from './engines.ts';
import { benchEpochs, EPOCH_TASKS } from './epochs.ts';
import { benchGrowth } from './growth.ts';
import { drawGrowth } from './growthPicture.ts';
import { benchGemm, benchLayers } from './layerCases.ts';
import { benchFreeze, benchStep, benchTrace } from './modelCases.ts';
import { benchLazyAdam } from './optimizerCases.ts';
import { Peer } from './peers.ts';
import { benchProfile } from './profileCases.ts';
import type { Results, Row } from './results.ts';
import { benchmarksPage } from './tables.ts';
import { benchTensors } from './tensorCases.ts';

interface Bench {
  title: string;
  about: string;
  /** Rounds unless told, and the length of a turn. */
  rounds: number;
  turnMilliseconds: number;
  run(context: BenchContext): Promise<Row[]>;
}

const EPOCHS_ABOUT =
  'From end to end: `gatescope train` against the PyTorch script in test/bench/torch. An epoch holds training, validation, saving and logging; the whole run also start, reading and tokenizing. The same score is the best that every side of a round reaches.';
const epochs = (title: string, task: keyof typeof EPOCH_TASKS): Bench => ({
  title,
  about: EPOCHS_ABOUT,
  rounds: 3,
  turnMilliseconds: 0,
  run: (context) => benchEpochs(context, EPOCH_TASKS[task]),
});

const BENCHES: Readonly<Record<string, Bench>> = {
  gemm: {
    title: 'Matrix product',
    about: 'C = A B in float32 on one thread.',
    rounds: 9,
    turnMilliseconds: 300,
    run: benchGemm,
  },
  layers: {
    title: 'Training step of a recurrent layer',
    about: 'Forward and backward of one layer over full texts, with the gradients of all weights and of the input.',
    rounds: 9,
    turnMilliseconds: 500,
    run: benchLayers,
  },
  profile: {
    title: 'Where the time of an LSTM step goes',
    about:
      'The LSTM step at H256 by the jobs that it gives to its threads. What the jobs leave of the step is bookkeeping. PyTorch’s GF/s beside the roofline says what a carrier can reach at most.',
    rounds: 9,
    turnMilliseconds: 500,
    run: benchProfile,
  },
  tensors: {
    title: 'Operations on tensors',
    about: 'Kernels of tfjs that ours replace, called through tfjs-core, against those of its cpu backend.',
    rounds: 9,
    turnMilliseconds: 50,
    run: benchTensors,
  },
  step: {
    title: 'Training step of a classifier',
    about:
      'From ids to updated weights: embedding, dropout, one layer in both directions over texts of 4 to 16 words, max over time, dense, cross-entropy, backward, clipping, Adam.',
    rounds: 9,
    turnMilliseconds: 500,
    run: benchStep,
  },
  lazyAdam: {
    title: 'Update of an embedding',
    about:
      'One update by Adam of an embedding of which a batch used some rows: of those rows only (`lazy`), and of all rows, as by default.',
    rounds: 9,
    turnMilliseconds: 200,
    run: benchLazyAdam,
  },
  freeze: {
    title: 'Training step with frozen groups',
    about:
      'The same step where groups are frozen, against training everything: what is frozen below all that is trained has no backward pass.',
    rounds: 9,
    turnMilliseconds: 300,
    run: benchFreeze,
  },
  trace: {
    title: 'Reading all gates',
    about: 'A forward pass whose gates and states are all read, against the plain one.',
    rounds: 9,
    turnMilliseconds: 300,
    run: benchTrace,
  },
  trec: epochs('Epochs of TREC', 'trec'),
  sst2: epochs('Epochs of SST-2', 'sst2'),
  tinyshakespeare: epochs('Epochs of tinyshakespeare', 'tinyshakespeare'),
  growth: {
    title: 'Growth',
    about:
      'A training step as one size grows. H, T and threads: one LSTM layer, B32 T64 I128 H256 where not said (H128 along T). Vocabulary: the classifier’s step.',
    rounds: 3,
    turnMilliseconds: 200,
    run: benchGrowth,
  },
};

const QUICK = { rounds: 2, turnMilliseconds: 5 };

function readOptions() {
  const { values } = parseArgs({
    options: {
      torch: { type: 'string' },
      tfjs: { type: 'string' },
      tensorflow: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      engine: { type: 'string', multiple: true },
      threads: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const names = values.only ?? Object.keys(BENCHES);
  for (const name of names)
    if (!(name in BENCHES)) throw new Error(`There is no bench ${name}, but ${Object.keys(BENCHES).join(', ')}`);
  const kinds = (values.engine ?? ENGINE_KINDS) as EngineKind[];
  for (const kind of kinds)
    if (!ENGINE_KINDS.includes(kind)) throw new Error(`--engine is ${ENGINE_KINDS.join(' or ')}`);
  return {
    ...values,
    names,
    kinds,
    threads: positive('--threads', values.threads) ?? (values.quick ? 1 : threadCount('auto')),
    rounds: positive('--rounds', values.rounds),
    out: resolve(values.out ?? join(ROOT, values.quick ? 'out/bench' : 'docs')),
  };
}

function positive(name: string, value: string | undefined): number | undefined {
  if (value !== undefined && !/^[1-9]\d*$/.test(value)) throw new Error(`${name} takes a whole number above 0`);
  return value === undefined ? undefined : Number(value);
}

const machineHere = () => ({
  processor: cpus()[0].model.trim(),
  threads: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release().split('-')[0]} ${process.arch}`,
});

/** The commit, marked where files outside docs/ differ from it. */
function revision(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    return git('describe', '--always') + (git('status', '--porcelain', '--', '.', ':!docs') === '' ? '' : '+');
  } catch {
    return 'of no commit';
  }
}

async function readResults(path: string): Promise<Results> {
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Results) : {};
}

/** Writes what there is so far, benches in the order of this file. */
async function writeResults(out: string, results: Results): Promise<void> {
  const ordered = Object.fromEntries(
    Object.keys(BENCHES).flatMap((name) => (results[name] ? [[name, results[name]]] : [])),
  );
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'benchmarks.json'), `${JSON.stringify(ordered, undefined, 2)}\n`);
  if (results.growth) await writeFile(join(out, 'benchmarks-growth.svg'), drawGrowth(results.growth.rows));
  await writeFile(join(out, 'benchmarks.md'), benchmarksPage(ordered, results.growth !== undefined));
}

async function main(): Promise<void> {
  const { names, kinds, threads, rounds, quick, out, ...options } = readOptions();
  const torch = options.torch ? await Peer.torch(options.torch) : undefined;
  const tfjs = [
    ...(options.tfjs ? [await Peer.tfjs(options.tfjs, 'wasm')] : []),
    ...(options.tensorflow ? [await Peer.tfjs(await ensureTensorflow(), 'tensorflow')] : []),
  ];
  const versions = {
    Gatescope: revision(),
    Node: process.versions.node,
    ...(torch ? { PyTorch: torch.version } : {}),
    ...(tfjs[0] ? { tfjs: tfjs[0].version } : {}),
  };
  try {
    const results = await readResults(join(out, 'benchmarks.json'));
    for (const name of names) {
      const { run, title, about, ...defaults } = BENCHES[name];
      const times = { ...defaults, ...(quick ? QUICK : {}), ...(rounds ? { rounds } : {}) };
      console.log(title);
      const log = (line: string): void => console.log(line);
      const rows = await run({ ...times, threads, kinds, isQuick: quick, torch, python: options.torch, tfjs, log });
      const date = new Date().toISOString().slice(0, 10);
      results[name] = { title, about, date, machine: machineHere(), versions, rounds: times.rounds, rows };
      await writeResults(out, results);
    }
    // As the lint wants it: its tables are padded.
    if (!quick)
      execFileSync('biome', ['format', '--write', join(out, 'benchmarks.md')], { cwd: ROOT, stdio: 'ignore' });
    console.log(`Written to ${out}`);
  } finally {
    torch?.close();
    for (const peer of tfjs) peer.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // Kernel threads of a case that was cut off would keep the process alive.
  process.exit(1);
}
