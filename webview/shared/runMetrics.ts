// The metrics of one run as the page holds them: growing columns, filled from frames in the order of `seq`. No DOM.
// Invariant: every event is in exactly once. `nextSeq` is the number of events taken; a frame that starts later is a gap and changes nothing.
import type { MetricFrame, MetricGroup, RunMessage, RunSample } from '../../extension/protocol/metricFrame.ts';

/** A column that grows by doubling; `view` is what it holds now and is valid until the next append. */
class GrowingColumn {
  #data = new Float64Array(256);
  #length = 0;

  append(values: Float64Array): void {
    const needed = this.#length + values.length;
    if (needed > this.#data.length) {
      const grown = new Float64Array(Math.max(needed, this.#data.length * 2));
      grown.set(this.view());
      this.#data = grown;
    }
    this.#data.set(values, this.#length);
    this.#length = needed;
  }

  view(): Float64Array {
    return this.#data.subarray(0, this.#length);
  }
}

export type TakeResult = 'taken' | 'known' | 'gap';

const GROUPS: readonly MetricGroup[] = ['step', 'epoch', 'validation'];

export class RunMetrics {
  readonly runId: string;
  readonly messages: RunMessage[] = [];
  /** What the model did after each epoch, in words. */
  readonly samples: RunSample[] = [];
  readonly #columns = new Map<string, GrowingColumn>();
  #nextSeq = 0;

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Events taken so far; also a revision number, as nothing is ever changed. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Values of one column, empty when nothing came yet. */
  column(group: MetricGroup, name: string): Float64Array {
    return this.#columns.get(`${group}.${name}`)?.view() ?? new Float64Array(0);
  }

  /**
   * Takes a frame that starts at `nextSeq`. `known`: all of it was there. `gap`: events before it are missing, or it
   * overlaps what is there (a frame cannot be cut, as its groups do not say their line numbers): ask for all and `replace`.
   */
  take(frame: MetricFrame): TakeResult {
    if (frame.seq + frame.count <= this.#nextSeq) return 'known';
    if (frame.seq !== this.#nextSeq) return 'gap';
    for (const group of GROUPS) {
      for (const [name, values] of Object.entries(frame[group])) {
        const key = `${group}.${name}`;
        const column = this.#columns.get(key) ?? new GrowingColumn();
        this.#columns.set(key, column);
        column.append(values);
      }
    }
    this.messages.push(...frame.messages);
    this.samples.push(...frame.samples);
    this.#nextSeq = frame.seq + frame.count;
    return 'taken';
  }

  /** A fresh object that holds `snapshot`, all events from 0. */
  static from(snapshot: MetricFrame): RunMetrics {
    const metrics = new RunMetrics(snapshot.runId);
    if (metrics.take(snapshot) === 'gap') throw new Error(`A snapshot must start at 0, not at ${snapshot.seq}`);
    return metrics;
  }
}
