// metrics.jsonl and the TensorBoard events beside it: append-only, a line an event, lines on disk before anybody hears of them.
// Invariant: an event's `seq` is its 0-based line number. The last line may be torn by a crash; readers skip it.
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat, truncate } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { joinMetricFrames, type MetricFrame, toMetricFrame } from '../protocol/metricFrame.ts';
import { type RunEvent, SCORE_NAMES, type ScoreName, type Scores } from '../schema/run.ts';
import { UserError } from '../util/userError.ts';
import { nameFile } from './atomicWrite.ts';
import { fileVersionRecord, scalarsRecord } from './tensorboard.ts';

export const METRICS_FILE = 'metrics.jsonl';

/** Whole lines, and their bytes. */
export interface LogPosition {
  events: number;
  bytes: number;
}

function brokenLog(runDir: string): UserError {
  return new UserError({
    code: 'run.unreadable',
    message: `${METRICS_FILE} is shorter than the checkpoint says: it was changed.`,
    remedy: 'Train again.',
    place: { path: join(runDir, METRICS_FILE) },
  });
}

/** A new file of TensorBoard events. A run that goes on within the second it began in takes the next one: TensorBoard reads by name. */
async function openTensorboard(runDir: string): Promise<FileHandle> {
  const nowS = Date.now() / 1000;
  for (let second = Math.floor(nowS); ; second++) {
    try {
      const file = await open(join(runDir, `events.out.tfevents.${second}.${hostname()}.${process.pid}`), 'ax');
      await file.writeFile(fileVersionRecord(nowS));
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Writes both files. `append` only collects; `flush` writes and says what is new. */
export class MetricsLog {
  readonly #path: string;
  readonly #lines: FileHandle;
  readonly #tensorboard: FileHandle;
  readonly #startedAtS = Date.now() / 1000;
  #waiting: RunEvent[] = [];
  #written: LogPosition;

  private constructor(path: string, files: { lines: FileHandle; tensorboard: FileHandle }, written: LogPosition) {
    this.#path = path;
    this.#lines = files.lines;
    this.#tensorboard = files.tensorboard;
    this.#written = written;
  }

  static async create(runDir: string): Promise<MetricsLog> {
    const path = join(runDir, METRICS_FILE);
    return MetricsLog.#open(runDir, await open(path, 'ax'), { events: 0, bytes: 0 });
  }

  /** Throws UserError `run.unreadable` where the log has not all lines up to `at`. */
  static async requireWhole(runDir: string, at: LogPosition): Promise<void> {
    const { size } = await stat(join(runDir, METRICS_FILE)).catch(() => ({ size: 0 }));
    if (size < at.bytes) throw brokenLog(runDir);
  }

  /** Goes on after the first `at.events` lines and forgets those behind. Other events go to a new TensorBoard file, which takes over. */
  static async reopen(runDir: string, at: LogPosition): Promise<MetricsLog> {
    await MetricsLog.requireWhole(runDir, at);
    await truncate(join(runDir, METRICS_FILE), at.bytes);
    return MetricsLog.#open(runDir, await open(join(runDir, METRICS_FILE), 'a'), { ...at });
  }

  static async #open(runDir: string, lines: FileHandle, at: LogPosition): Promise<MetricsLog> {
    try {
      const tensorboard = await openTensorboard(runDir);
      return new MetricsLog(join(runDir, METRICS_FILE), { lines, tensorboard }, at);
    } catch (error) {
      await lines.close();
      throw error;
    }
  }

  /** How much is on disk: what waits does not count. */
  get written(): LogPosition {
    return { ...this.#written };
  }

  append(event: RunEvent): void {
    this.#waiting.push(event);
  }

  /** Writes what waits; the events written and the line number of the first. */
  async flush(): Promise<{ seq: number; events: RunEvent[] }> {
    const events = this.#waiting;
    const seq = this.#written.events;
    if (events.length === 0) return { seq, events };
    this.#waiting = [];
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    this.#written = { events: seq + events.length, bytes: this.#written.bytes + Buffer.byteLength(text) };
    const records = events.flatMap((event) => toTensorboard(event, this.#startedAtS));
    try {
      await this.#lines.appendFile(text);
      if (records.length > 0) await this.#tensorboard.appendFile(Buffer.concat(records));
    } catch (error) {
      throw nameFile(error, this.#path);
    }
    return { seq, events };
  }

  async close(): Promise<void> {
    await this.#lines.close();
    await this.#tensorboard.close();
  }
}

const SCALAR_NAMES: Readonly<Record<ScoreName, string>> = {
  loss: 'loss',
  accuracy: 'accuracy',
  macroF1: 'macro_f1',
  weightedF1: 'weighted_f1',
  perplexity: 'perplexity',
  bitsPerCharacter: 'bits_per_character',
};

/** Scalar names follow TensorBoard's habit of `metric/split`, so that training and validation share a chart. */
function toTensorboard(event: RunEvent, startedAtS: number): Uint8Array[] {
  if (event.type === 'message' || event.type === 'sample') return [];
  const wallTimeS = startedAtS + event.t;
  switch (event.type) {
    case 'step':
      return [
        scalarsRecord(wallTimeS, event.step, {
          'loss/step': event.loss,
          learning_rate: event.learningRate,
          gradient_norm: event.gradNorm,
        }),
      ];
    case 'epoch':
      return [scalarsRecord(wallTimeS, event.step, scalarsOf(event, 'train'))];
    case 'validation':
      return [scalarsRecord(wallTimeS, event.step, scalarsOf(event, 'validation'))];
  }
}

function scalarsOf(scores: Scores, split: 'train' | 'validation'): Record<string, number> {
  const present = SCORE_NAMES.filter((name) => scores[name] !== undefined);
  return Object.fromEntries(present.map((name) => [`${SCALAR_NAMES[name]}/${split}`, scores[name] as number]));
}

/** Events of a run in file order, in batches. Reading ends at the first line that is not whole JSON: the torn end of a crash. */
export async function* readEvents(runDir: string): AsyncGenerator<RunEvent[]> {
  const stream = createReadStream(join(runDir, METRICS_FILE), { encoding: 'utf8', highWaterMark: 1 << 18 });
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      const events = parseLines(lines);
      if (events.length > 0) yield events;
      if (events.length < lines.length) return;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}

function parseLines(lines: readonly string[]): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of lines) {
    try {
      events.push(JSON.parse(line) as RunEvent);
    } catch (error) {
      if (error instanceof SyntaxError) break;
      throw error;
    }
  }
  return events;
}

/** All metrics of a run as columns; `count` is the number of whole lines on disk. */
export async function readMetrics(runDir: string, runId: string): Promise<MetricFrame> {
  const frames: MetricFrame[] = [];
  let seq = 0;
  for await (const events of readEvents(runDir)) {
    frames.push(toMetricFrame(runId, seq, events));
    seq += events.length;
  }
  return joinMetricFrames(runId, frames);
}
