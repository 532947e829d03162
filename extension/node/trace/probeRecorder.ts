// Stores traces of the config's probes while a run trains: before the first epoch, and after each. Nothing of training depends on it.
// The size is bounded: an epoch's file takes at most MAX_EPOCH_BYTES (probes that do not fit are left out), all files together about
// MAX_RUN_BYTES (with more epochs than fit, every second, third, … is stored, and the last).
import type { Model } from '../../engine/model.ts';
import { traceText } from '../../engine/trace/traceText.ts';
import { MAX_PROBE_TOKENS, type ProbeIndex, type StoredProbe } from '../../schema/probes.ts';
import type { ResolvedExperiment } from '../../schema/resolved.ts';
import { writeProbeEpoch, writeProbeIndex } from '../../store/probeFolder.ts';
import type { Tokenizer } from '../../text/types.ts';
import { encodeText } from '../encodeText.ts';
import { encodeProbes, type ProbeTrace, STORED_SIGNALS } from './probeFile.ts';
import { readTokens } from './runTrace.ts';

const MIB = 2 ** 20;
const MAX_EPOCH_BYTES = 8 * MIB;
const MAX_RUN_BYTES = 64 * MIB;
const BYTES = 2;

export interface RecordedRun {
  runDir: string;
  experiment: ResolvedExperiment;
  labels: readonly string[];
  tokenizer: Tokenizer;
  /** Tells the user what is not stored. */
  warn(text: string): void;
  /** Awaited between probes; what it throws ends the recording. */
  betweenProbes(): Promise<void>;
}

export class ProbeRecorder {
  readonly #run: RecordedRun;
  readonly #index: ProbeIndex;
  readonly #stride: number;
  #isIndexWritten = false;

  constructor(run: RecordedRun) {
    const { experiment, warn } = run;
    const { epochs } = experiment.training;
    this.#run = run;
    const all = (experiment.probes ?? []).map((text) => storedProbe(run, text));
    const index = emptyIndex(run);
    const { kept, bytes } = firstThatFit(index, all);
    this.#index = { ...index, probes: kept };
    this.#stride = Math.max(1, Math.ceil(((epochs + 1) * bytes) / MAX_RUN_BYTES));
    if (kept.length < all.length) {
      warn(
        `Gates are stored of the first ${kept.length} of ${all.length} probes: more would take over 8 MiB an epoch.`,
      );
    }
    if (this.#stride > 1) warn(`Probes are stored every ${this.#stride} epochs, to keep their folder below 64 MiB.`);
  }

  /** Stores the probes with the weights as they are after `epoch`; 0 is before training. */
  async record(model: Model, epoch: number): Promise<void> {
    const { runDir, experiment, warn, betweenProbes } = this.#run;
    const isLast = epoch === experiment.training.epochs;
    if (this.#index.probes.length === 0 || (epoch % this.#stride !== 0 && !isLast)) return;
    const traces: ProbeTrace[] = [];
    for (const { tokens } of this.#index.probes) {
      traces.push(this.#trace(model, tokens));
      await betweenProbes();
    }
    if (!traces.every(hasOnlyFiniteValues)) {
      warn(`The gates of the probes are not finite after epoch ${epoch}: they are not stored.`);
      return;
    }
    if (!this.#isIndexWritten) await writeProbeIndex(runDir, this.#index);
    this.#isIndexWritten = true;
    await writeProbeEpoch(runDir, epoch, encodeProbes(this.#index, traces));
  }

  #trace(model: Model, tokens: StoredProbe['tokens']): ProbeTrace {
    const ids = Uint32Array.from(tokens, ({ id }) => id);
    const signals = STORED_SIGNALS[this.#index.cell];
    const { next, ...trace } = traceText(model, ids, { signals });
    const { tokenizer } = this.#run;
    return {
      ...trace,
      next: next?.map(({ ids: expected, probabilities, ofActual }) => ({
        top: expected.map((id, at) => ({ token: tokenizer.shown(id), probability: probabilities[at] })),
        ...(ofActual === undefined ? {} : { ofActual }),
      })),
    };
  }
}

function storedProbe(run: RecordedRun, text: string): StoredProbe {
  const encoded = encodeText(run, text);
  const tokens = readTokens(encoded).slice(0, MAX_PROBE_TOKENS);
  return { text, tokens, truncated: encoded.truncated + encoded.ids.length - tokens.length };
}

function emptyIndex({ experiment, labels }: RecordedRun): ProbeIndex {
  const { encoder } = experiment.model;
  return {
    schemaVersion: 1,
    cell: encoder.type,
    isUnbounded: encoder.type === 'rnn' && encoder.nonlinearity === 'relu',
    hiddenSize: encoder.hiddenSize,
    layers: encoder.layers,
    directions: encoder.bidirectional ? 2 : 1,
    labels: [...labels],
    probes: [],
  };
}

/** The first probes that take at most MAX_EPOCH_BYTES together, and what they take. */
function firstThatFit(index: ProbeIndex, all: readonly StoredProbe[]): { kept: StoredProbe[]; bytes: number } {
  const { cell, hiddenSize, layers, directions } = index;
  const perToken = STORED_SIGNALS[cell].length * hiddenSize * layers * directions * BYTES;
  const kept: StoredProbe[] = [];
  let bytes = 0;
  for (const probe of all) {
    const more = probe.tokens.length * perToken;
    if (bytes + more > MAX_EPOCH_BYTES) break;
    kept.push(probe);
    bytes += more;
  }
  return { kept, bytes };
}

function hasOnlyFiniteValues({ layers, logits = new Float32Array() }: ProbeTrace): boolean {
  const arrays = layers.flat().flatMap(({ signals }) => Object.values(signals));
  return [...arrays, logits].every((values) => values.every(Number.isFinite));
}
