// Measures how long a machine takes for each kind of work: trains small models for a few steps, as a run would, and reads with them.
// Takes about five seconds; gives others their turn between two steps.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EncodedSet, EncodedText } from '../../data/types.ts';
import { createBatch } from '../../engine/layers/batch.ts';
import type { Model } from '../../engine/model.ts';
import { createTask } from '../../engine/tasks/createTask.ts';
import { createTrainer, type Trainer } from '../../engine/train/trainer.ts';
import type { ModelShape, TrainerOptions } from '../../engine/types.ts';
import type { ResolvedTraining } from '../../schema/resolved.ts';
import { writeFileAtomic } from '../../store/atomicWrite.ts';
import type { Tokenizer } from '../../text/types.ts';
import { Rng } from '../../util/rng.ts';
import { CALIBRATION_CASES, type CalibrationCase, resolveCase } from './calibrationCases.ts';
import { fitRates, type Rates, type Sample } from './rates.ts';
import { type BatchSize, noWork, workOfBatch } from './work.ts';

/** Steps of a case: as many as fit in its time, of which the first ones warm up. */
const CASE_MS = 60;
const WARM_UP = 3;
const MIN_STEPS = 6;
const MAX_STEPS = 60;
/** Steps of the first case before anything is measured: until then the code is still being compiled. */
const COLD_STEPS = 100;
const FILE_BYTES = [1000, 4_000_000];
/** Different batches of a case. */
const STORED = 4;
/** A machine that is slower than this does without the larger models, but not without the first ones. */
const LIMIT_MS = 8000;
/** How often each case is measured, a round after another: whatever else the machine does for a second only ever adds. */
const ROUNDS = 2;
const MIN_CASES = 8;

/** With whatever computes now. Files are written to `folder`, and removed. */
export async function calibrate(folder: string): Promise<Rates> {
  const files = await measureFiles(folder);
  const startedAt = performance.now();
  await measureCase(CALIBRATION_CASES[0], COLD_STEPS);
  const fastest = new Map<CalibrationCase, Sample[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, one] of CALIBRATION_CASES.entries()) {
      const isNeeded = round === 0 && at < MIN_CASES;
      if (!isNeeded && performance.now() - startedAt > LIMIT_MS) break;
      fastest.set(one, faster(await measureCase(one), fastest.get(one)));
    }
  }
  return fitRates([...files, ...[...fastest.values()].flat()]);
}

/** Sample by sample the one that took less time. */
function faster(samples: readonly Sample[], others: readonly Sample[] = samples): Sample[] {
  return samples.map((sample, at) => (others[at].seconds < sample.seconds ? others[at] : sample));
}

/** Small and large files, as a run writes them; nothing where the folder takes none. */
async function measureFiles(folder: string): Promise<Sample[]> {
  const path = join(folder, `calibration-${process.pid}`);
  const samples: Sample[] = [];
  try {
    for (const bytes of FILE_BYTES) {
      const data = new Uint8Array(bytes);
      const times: number[] = [];
      for (let n = 0; n < MIN_STEPS; n++) {
        const from = performance.now();
        await writeFileAtomic(path, data);
        times.push((performance.now() - from) / 1000);
      }
      samples.push({ work: { ...noWork(), files: 1, bytes }, seconds: Math.min(...times) });
    }
    return samples;
  } catch {
    // A cache folder that cannot be written: runs write elsewhere, and what they take for it is not known.
    return [];
  } finally {
    await rm(path, { force: true });
  }
}

/** A step of training, and a pass without one. */
export async function measureCase(one: CalibrationCase, maxSteps = MAX_STEPS): Promise<Sample[]> {
  const { model, training } = resolveCase(one);
  const shape: ModelShape = { model, vocabularySize: one.vocabulary, classCount: one.classes ?? one.vocabulary };
  const { task, size, texts } = one.classes === undefined ? textTask(one, training) : labelledTask(one, training);
  const trainer = createTrainer({ ...shape, training, task });
  const seconds = await stepSeconds(trainer, maxSteps);
  const { optimizer } = training;
  return [
    { work: workOfBatch(shape, size, { optimizer }), seconds },
    { work: workOfBatch(shape, size), seconds: passSeconds(trainer.model, texts) },
  ];
}

interface CaseTask {
  task: TrainerOptions['task'];
  /** Of each batch. */
  size: BatchSize;
  /** The first batch. */
  texts: Uint32Array[];
}

/** All texts have one length, so that shuffled batches are alike. */
function labelledTask(
  { batch, length, vocabulary, classes = 2 }: CalibrationCase,
  training: ResolvedTraining,
): CaseTask {
  const rng = new Rng(1, 'sample', 0);
  const texts = Array.from({ length: batch * STORED }, () => randomIds(rng, length, vocabulary));
  const labels = Int32Array.from(texts, (_, at) => at % classes);
  const train: EncodedSet = {
    count: texts.length,
    labels,
    length: (at) => texts[at].length,
    tokens: (at) => texts[at],
    place: () => ({ path: '', line: 1 }),
  };
  const names = Array.from({ length: classes }, (_, at) => String(at));
  const data = { task: 'classification' as const, labels: names, train, validation: { ...train, count: 0 } };
  const size = { texts: batch, tokens: batch * length, steps: length };
  return { task: createTask(data, training), size, texts: texts.slice(0, batch) };
}

function textTask({ batch, length, vocabulary }: CalibrationCase, training: ResolvedTraining): CaseTask {
  const rng = new Rng(1, 'sample', 0);
  const ids = randomIds(rng, batch * length * (MAX_STEPS + 1) + 1, vocabulary);
  const train: EncodedText = { count: ids.length, ids };
  const validation: EncodedText = { count: 2, ids: ids.subarray(0, 2) };
  const data = { task: 'languageModel' as const, tokenizer: noTokenizer(vocabulary), train, validation };
  const size = { texts: batch, tokens: batch * length, steps: length };
  const texts = Array.from({ length: batch }, (_, at) => ids.subarray(at * length, (at + 1) * length));
  return { task: createTask(data, training), size, texts };
}

function randomIds(rng: Rng, count: number, vocabulary: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => 2 + rng.nextInt(vocabulary - 2));
}

/** Nothing is written or read as text here. */
function noTokenizer(vocabularySize: number): Tokenizer {
  const none = (): never => {
    throw new Error('A calibration has no texts');
  };
  const texts = { encode: none, encodePiece: none, id: none, token: none, shown: none, decode: none, toJson: none };
  return { vocabularySize, model: 'WordLevel', isCharacters: true, ...texts };
}

/** Of a step but the first ones. */
async function stepSeconds(trainer: Trainer, maxSteps: number): Promise<number> {
  const times: number[] = [];
  const isDone = (): boolean =>
    times.length >= maxSteps ||
    (times.length >= MIN_STEPS && times[times.length - 1] * 1000 > CASE_MS * (maxSteps / MAX_STEPS));
  await trainer.run(
    { requested: () => (isDone() ? 'cancel' : undefined), betweenSteps: () => nextTurn() },
    {
      onEvent: (event) => void (event.type === 'step' && times.push(event.t)),
      onBest: async () => undefined,
      onEpoch: async () => undefined,
    },
  );
  const steps = times.slice(1).map((time, at) => time - times[at]);
  return typical(steps.slice(WARM_UP - 1));
}

function passSeconds(model: Model, texts: readonly Uint32Array[]): number {
  const times: number[] = [];
  const startedAt = performance.now();
  for (let n = 0; n < MIN_STEPS || (n < MAX_STEPS && performance.now() - startedAt < CASE_MS / 3); n++) {
    const from = performance.now();
    model.logits(createBatch(texts));
    times.push((performance.now() - from) / 1000);
  }
  return typical(times);
}

/** The first quartile: the fastest step would leave out garbage collection and whatever else belongs to training. */
function typical(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)];
}
