// How near the estimated seconds of an epoch come to the measured ones: the shipped examples, and other encoders on real data at
// ../shared/data. `node test/bench/estimates.ts [pattern of names]` prints a table; ends with an error where one is off by more than FACTOR.
// The machine is measured anew, as on the first day of a user. It must do nothing else. Needs a build.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEstimate } from '../../extension/protocol/estimate.ts';
import { dataPath } from '../data/support.ts';
import { ROOT } from './engines.ts';
import { runToEnd } from './runToEnd.ts';

const FACTOR = 1.5;
/** The first one is left out: its code is still being compiled. */
const EPOCHS = 6;
const CLI = join(ROOT, 'dist', 'cli.cjs');

interface Case {
  what: string;
  /** Writes what is needed into the folder; the path of the config. */
  prepare(folder: string): Promise<string>;
}

const example = (name: string): Case => ({
  what: `example ${name}`,
  async prepare(folder) {
    const filter = (path: string): boolean => !path.includes('.gatescope/');
    await cp(join(ROOT, 'media', 'examples', name), folder, { recursive: true, filter });
    return join(folder, `${name}.gatescope.json`);
  },
});

interface Model {
  what: string;
  data: string[];
  config: Record<string, unknown>;
}

const ofModel = ({ what, data, config }: Model): Case => ({
  what,
  async prepare(folder) {
    const path = join(folder, 'case.gatescope.json');
    const isText = config.task === 'languageModel';
    const train = { path: dataPath(...data), ...(isText ? {} : { format: 'labelFirst' }) };
    await writeFile(path, JSON.stringify({ ...config, data: { train, validation: { split: 0.1 } } }));
    return path;
  },
});

const words = { tokenizer: { type: 'word', lowercase: true }, maxLength: 40 };
const TREC = ['trec6', 'TREC.train.all'];
const SST = ['sst2', 'stsa.binary.train'];
const labelled = (encoder: object, batchSize: number, size: number, pooling: string) => ({
  text: words,
  model: { embedding: { size }, encoder, pooling },
  training: { batchSize, clip: { norm: 5 } },
});

const CASES: readonly Case[] = [
  example('early-modern-english'),
  example('names18'),
  example('shakespeare'),
  ofModel({
    what: 'TREC, BiLSTM 100',
    data: TREC,
    config: labelled({ type: 'lstm', hiddenSize: 100, bidirectional: true }, 50, 100, 'max'),
  }),
  ofModel({ what: 'TREC, GRU 128', data: TREC, config: labelled({ type: 'gru', hiddenSize: 128 }, 32, 100, 'mean') }),
  ofModel({ what: 'TREC, RNN 64', data: TREC, config: labelled({ type: 'rnn', hiddenSize: 64 }, 16, 50, 'last') }),
  ofModel({
    what: 'SST-2, LSTM 2 × 64',
    data: SST,
    config: labelled({ type: 'lstm', hiddenSize: 64, layers: 2 }, 64, 64, 'mean'),
  }),
  ofModel({ what: 'SST-2, LSTM 300', data: SST, config: labelled({ type: 'lstm', hiddenSize: 300 }, 32, 200, 'max') }),
  ofModel({
    what: 'tinyshakespeare, characters, LSTM 128',
    data: ['tinyshakespeare', 'input.txt'],
    config: {
      task: 'languageModel',
      text: { tokenizer: { type: 'character' } },
      model: { embedding: { type: 'oneHot' }, encoder: { type: 'lstm', hiddenSize: 128 } },
      training: { batchSize: 50, sequenceLength: 50, clip: { norm: 5 } },
    },
  }),
  ofModel({
    what: 'tinyshakespeare, words, GRU 64',
    data: ['tinyshakespeare', 'input.txt'],
    config: {
      task: 'languageModel',
      text: { tokenizer: { type: 'word', lowercase: true, minFrequency: 3 } },
      model: { embedding: { size: 64 }, encoder: { type: 'gru', hiddenSize: 64 } },
      training: { batchSize: 32, sequenceLength: 20, clip: { norm: 5 } },
    },
  }),
];

/** Seconds of the fastest epoch but the first, with its validation: what else the machine does only ever adds. */
async function measuredSeconds(config: string): Promise<number> {
  const args = ['train', config, '--json', '--set', `training.epochs=${EPOCHS}`];
  const { lines } = await runToEnd(process.execPath, [CLI, ...args]);
  const ends = lines.filter(({ type, epoch }) => type === 'validation' && Number(epoch) > 0).map(({ t }) => Number(t));
  return Math.min(...ends.slice(1).map((end, at) => end - ends[at]));
}

async function estimated(config: string): Promise<RunEstimate> {
  const { lines } = await runToEnd(process.execPath, [CLI, 'plan', config, '--json']);
  return (lines.at(-1) as unknown as { estimate: RunEstimate }).estimate;
}

const wanted = new RegExp(process.argv[2] ?? '');
let isOff = false;
const cache = await mkdtemp(join(tmpdir(), 'gatescope-rates-'));
process.env.XDG_CACHE_HOME = cache;
console.log(
  '| experiment | parameters | estimated | measured | estimated / measured |\n| --- | ---: | ---: | ---: | ---: |',
);
for (const { what, prepare } of CASES.filter(({ what }) => wanted.test(what))) {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-estimate-'));
  try {
    const config = await prepare(folder);
    const { seconds = Number.NaN, parameters } = await estimated(config);
    const measured = await measuredSeconds(config);
    const ratio = seconds / measured;
    isOff ||= !(ratio <= FACTOR && ratio >= 1 / FACTOR);
    const cells = [what, parameters.toLocaleString('en-US'), `${seconds.toFixed(2)} s`, `${measured.toFixed(2)} s`];
    console.log(`| ${[...cells, ratio.toFixed(2)].join(' | ')} |`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
await rm(cache, { recursive: true, force: true });
if (isOff) {
  console.error(`An estimate is off by more than a factor of ${FACTOR}.`);
  process.exitCode = 1;
}
