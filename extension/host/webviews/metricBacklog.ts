// Metrics that a page has not been sent yet, joined to one frame a run when it is ready for more.
// Invariant: what waits of a run has no gap, and begins neither before nor within what the page was given as a whole (`snapshot`).
// Memory is bounded: of a page that is too far behind only the newest frame is kept; it sees a gap and asks for all, which lies on disk.
import { joinMetricFrames, type MetricFrame } from '../../protocol/metricFrame.ts';

/** About 10 MB of columns: from here on, reading all metrics again costs no more than sending what waits. */
const MAX_LINES = 50_000;
/** A frame has an array a column, which costs more than the few numbers in it. */
const MAX_PARTS = 100;

interface Waiting {
  parts: MetricFrame[];
  lines: number;
  /** Lines that the last snapshot held. */
  known: number;
  /** Snapshots that are being read. Frames that come meanwhile may be in them or not, so none is joined or sent. */
  reading: number;
}

export class MetricBacklog {
  readonly #runs = new Map<string, Waiting>();
  readonly #onReady: (runId: string) => void;

  /** `onReady` is told of a run when `take` has something to give. */
  constructor(onReady: (runId: string) => void) {
    this.#onReady = onReady;
  }

  add(frame: MetricFrame): void {
    const waiting = this.#of(frame.runId);
    if (endOf(frame) <= waiting.known) return;
    const last = waiting.parts.at(-1);
    // A run that went on from a checkpoint, or a page that was hidden: what came before is of no use to the page.
    const follows = !last || endOf(last) === frame.seq;
    if (!follows || waiting.lines + frame.count > MAX_LINES) keep(waiting, [frame]);
    else keep(waiting, [...waiting.parts, frame]);
    if (waiting.parts.length > MAX_PARTS && waiting.reading === 0) {
      keep(waiting, [joinMetricFrames(frame.runId, waiting.parts)]);
    }
    this.#tell(frame.runId, waiting);
  }

  /** All that waits of a run as one frame; it no longer waits then. */
  take(runId: string): MetricFrame | undefined {
    const waiting = this.#runs.get(runId);
    if (!waiting || waiting.reading > 0 || waiting.parts.length === 0) return undefined;
    const frame = joinMetricFrames(runId, waiting.parts);
    keep(waiting, []);
    return frame;
  }

  /** All metrics of a run, from `read`: what they hold waits no longer. */
  async snapshot(runId: string, read: () => Promise<MetricFrame>): Promise<MetricFrame> {
    const waiting = this.#of(runId);
    waiting.reading++;
    try {
      const all = await read();
      waiting.known = endOf(all);
      keep(
        waiting,
        waiting.parts.filter((part) => endOf(part) > waiting.known),
      );
      return all;
    } finally {
      waiting.reading--;
      this.#tell(runId, waiting);
    }
  }

  /** Nobody listens: whoever will asks for all. */
  clear(): void {
    this.#runs.clear();
  }

  #of(runId: string): Waiting {
    const found = this.#runs.get(runId) ?? { parts: [], lines: 0, known: 0, reading: 0 };
    this.#runs.set(runId, found);
    return found;
  }

  #tell(runId: string, { parts, reading }: Waiting): void {
    if (parts.length > 0 && reading === 0) this.#onReady(runId);
  }
}

const endOf = ({ seq, count }: MetricFrame): number => seq + count;

function keep(waiting: Waiting, parts: MetricFrame[]): void {
  waiting.parts = parts;
  waiting.lines = parts.reduce((sum, { count }) => sum + count, 0);
}
