// Benches from end to end: whole trainings on real data, ours through the built command line, PyTorch's through the scripts in torch/.
// An epoch's seconds hold everything: batches, training, validation, saving the best weights and writing logs.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dataPath } from '../data/support.ts';
import type { BenchContext } from './context.ts';
import { ROOT } from './engines.ts';
import { median, spreadOf } from './measure.ts';
import { type Row, speedOver } from './results.ts';
import { type Finished, runToEnd } from './runToEnd.ts';

interface TaskFiles {
  train: string;
  validation?: string;
  test?: string;
}

export interface EpochTask {
  what: string;
  epochs: number;
  /** Parts of paths under ../shared/data. */
  files: { train: string[]; validation?: string[]; test?: string[] };
  isHigherBetter: boolean;
  config(files: TaskFiles): Record<string, unknown>;
  /** Script and arguments for PyTorch. */
  script: string;
  arguments(files: TaskFiles): string[];
}

const classifier = (maxLength: number) => ({
  script: 'trainClassifier.py',
  isHigherBetter: true,
  config({ train, validation, test }: TaskFiles) {
    const labelled = (path: string) => ({ path, format: 'labelFirst' });
    return {
      data: {
        train: labelled(train),
        validation: validation ? labelled(validation) : { split: 0.1 },
        ...(test ? { test: labelled(test) } : {}),
      },
      text: { tokenizer: { type: 'word', lowercase: true, minFrequency: 1 }, maxLength },
      model: {
        embedding: { size: 100, dropout: 0.2 },
        encoder: { type: 'lstm', hiddenSize: 100, layers: 1, bidirectional: true },
        pooling: 'max',
        head: { dropout: 0.5 },
      },
      training: { batchSize: 50, optimizer: { type: 'adam', learningRate: 0.001 }, clip: { norm: 5 } },
    };
  },
  arguments: ({ train, validation, test }: TaskFiles) => [
    ...['--train', train, '--max-length', String(maxLength)],
    ...(validation ? ['--validation', validation] : []),
    ...(test ? ['--test', test] : []),
  ],
});

export const EPOCH_TASKS: Readonly<Record<'trec' | 'sst2' | 'tinyshakespeare', EpochTask>> = {
  trec: {
    what: 'TREC, BiLSTM 100',
    epochs: 10,
    files: { train: ['trec6', 'TREC.train.all'], test: ['trec6', 'TREC.test.all'] },
    ...classifier(40),
  },
  sst2: {
    what: 'SST-2 sentences, BiLSTM 100',
    epochs: 5,
    files: {
      train: ['sst2', 'stsa.binary.train'],
      validation: ['sst2', 'stsa.binary.dev'],
      test: ['sst2', 'stsa.binary.test'],
    },
    ...classifier(60),
  },
  tinyshakespeare: {
    what: 'tinyshakespeare, LSTM 2 × 128 on one-hot characters',
    epochs: 3,
    files: { train: ['tinyshakespeare', 'input.txt'] },
    isHigherBetter: false,
    script: 'trainLanguageModel.py',
    config: ({ train }) => ({
      task: 'languageModel',
      data: { train: { path: train }, validation: { split: 0.1 } },
      text: { tokenizer: { type: 'character' } },
      model: { embedding: { type: 'oneHot' }, encoder: { type: 'lstm', hiddenSize: 128, layers: 2 } },
      training: {
        batchSize: 50,
        sequenceLength: 50,
        optimizer: { type: 'adam', learningRate: 0.002 },
        clip: { value: 5 },
      },
    }),
    arguments: ({ train }) => ['--text', train],
  },
};

interface Epoch {
  seconds: number;
  /** Validation accuracy, or nats a token. */
  score: number;
}

interface Run extends Finished {
  epochs: Epoch[];
}

interface Trainer {
  name: string;
  isPeer: boolean;
  run(seed: number): Promise<Run>;
}

export async function benchEpochs(context: BenchContext, task: EpochTask): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-bench-'));
  try {
    const files = await prepareFiles(dir, task, context.isQuick);
    const epochs = context.isQuick ? 1 : task.epochs;
    const trainers: Trainer[] = context.kinds.map((kind) => ours(context, { task, files, epochs, dir, kind }));
    if (context.python) trainers.push(torchTrainer(context, context.python, { task, files, epochs }));
    const runs: Run[][] = trainers.map(() => []);
    for (let round = 0; round < context.rounds; round++) {
      for (const [n, trainer] of trainers.entries()) {
        const run = await trainer.run(round + 1);
        if (run.epochs.length !== epochs) throw new Error(`${trainer.name} trained ${run.epochs.length} epochs`);
        context.log(`  ${task.what}, ${trainer.name}: ${secondsAnEpoch(run).toFixed(2)} s an epoch`);
        runs[n].push(run);
      }
    }
    return epochRows(task, context.threads, trainers, runs);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const secondsAnEpoch = ({ epochs }: Run): number => median(epochs.map(({ seconds }) => seconds));

/** The real files, or for a quick run their beginnings. */
async function prepareFiles(dir: string, { files }: EpochTask, isQuick: boolean): Promise<TaskFiles> {
  const prepare = async (name: string, parts: string[] | undefined): Promise<string | undefined> => {
    const path = parts && dataPath(...parts);
    if (!path || !isQuick) return path;
    const lines = (await readFile(path, 'latin1')).split('\n').slice(0, 400);
    await writeFile(join(dir, name), lines.join('\n'), 'latin1');
    return join(dir, name);
  };
  const train = await prepare('train.txt', files.train);
  if (!train) throw new Error('There is no training data');
  return {
    train,
    validation: await prepare('validation.txt', files.validation),
    test: await prepare('test.txt', files.test),
  };
}

interface TrainerParts {
  task: EpochTask;
  files: TaskFiles;
  epochs: number;
}

function ours(context: BenchContext, parts: TrainerParts & { dir: string; kind: string }): Trainer {
  const { task, files, epochs, dir, kind } = parts;
  return {
    name: `Gatescope ${kind}`,
    isPeer: false,
    async run(seed) {
      const config = task.config(files) as { training: object };
      const path = join(dir, `${kind}.gatescope.json`);
      const training = { ...config.training, epochs };
      const engine = { backend: kind, threads: context.threads };
      await writeFile(path, JSON.stringify({ ...config, training, engine }));
      const cli = resolve(ROOT, 'dist/cli.cjs');
      const finished = await runToEnd(process.execPath, [cli, 'train', path, '--json', '--seed', String(seed)]);
      return { ...finished, epochs: epochsOf(finished.lines, task.isHigherBetter ? 'accuracy' : 'loss') };
    },
  };
}

/** An epoch lies between two validations; the first one is that of the untrained model. */
function epochsOf(lines: readonly Record<string, unknown>[], metric: 'accuracy' | 'loss'): Epoch[] {
  const validations = lines.filter(({ type }) => type === 'validation') as {
    t: number;
    accuracy: number;
    loss: number;
  }[];
  return validations.slice(1).map((event, n) => ({ seconds: event.t - validations[n].t, score: event[metric] }));
}

function torchTrainer({ threads }: BenchContext, python: string, { task, files, epochs }: TrainerParts): Trainer {
  return {
    name: 'PyTorch',
    isPeer: true,
    async run(seed) {
      const script = resolve(import.meta.dirname, 'torch', task.script);
      const options = { '--epochs': epochs, '--threads': threads, '--seed': seed };
      const given = Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
      const finished = await runToEnd(python, [script, ...task.arguments(files), ...given]);
      return { ...finished, epochs: finished.lines.filter((line) => 'epoch' in line) as unknown as Epoch[] };
    },
  };
}

function epochRows(task: EpochTask, threads: number, trainers: readonly Trainer[], runs: readonly Run[][]): Row[] {
  const scores = runs.map((own) => own.map((run) => bestScore(run, task.isHigherBetter)));
  const times = runs.map((own) => own.map(secondsAnEpoch));
  return trainers.map(({ name, isPeer }, n) => {
    const toScore = runs[n].map((run, round) => {
      const ofAll = scores.map((own) => own[round]);
      const target = task.isHigherBetter ? Math.min(...ofAll) : Math.max(...ofAll);
      return secondsTo(run, target, task.isHigherBetter);
    });
    const peaks = runs[n].flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
    return {
      what: task.what,
      side: name,
      threads,
      values: {
        secondsAnEpoch: spreadOf(times[n]),
        secondsToScore: spreadOf(toScore),
        wholeRunSeconds: spreadOf(runs[n].map(({ seconds }) => seconds)),
        score: spreadOf(scores[n]),
        ...(peaks.length > 0 ? { peakBytes: spreadOf(peaks) } : {}),
      },
      ...(isPeer ? {} : speedOver(n, trainers, times)),
    };
  });
}

const bestScore = ({ epochs }: Run, isHigherBetter: boolean): number =>
  (isHigherBetter ? Math.max : Math.min)(...epochs.map(({ score }) => score));

/** Seconds of training until a validation score is at least as good as `target`, which the run reached. */
function secondsTo({ epochs }: Run, target: number, isHigherBetter: boolean): number {
  const reached = epochs.findIndex(({ score }) => (isHigherBetter ? score >= target : score <= target));
  return epochs.slice(0, reached + 1).reduce((sum, { seconds }) => sum + seconds, 0);
}
