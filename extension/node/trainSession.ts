// One training run from config to evaluated run folder; the worker and the command line run the very same session.
// Invariant: what listeners are told is on disk already; once the folder exists, the run ends in it with a final status.
// A run that cannot go on has not been touched.
import { TFJS_VERSION } from '../engine/backend/backend.ts';
import { backendReason, backendText } from '../protocol/backendText.ts';
import type { RunAction, RunProgress, TrainOutcome } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { BackendChoice, RunEvent, RunManifest, RunStatus } from '../schema/run.ts';
import type { StoredCheckpoint } from '../store/checkpoints.ts';
import { RunFolder } from '../store/runFolder.ts';
import { CancelledError, withRemedy } from '../util/userError.ts';
import { toDiskError } from './diskError.ts';
import { type EngineLease, leaseEngine } from './kernels/useEngine.ts';
import { ProgressMeter } from './progressMeter.ts';
import type { ResumePlan } from './resumeRun.ts';
import { RunControl } from './runControl.ts';
import { toRunProblem } from './runProblem.ts';
import { trainRun } from './trainingRun.ts';

/** Metrics go to disk and to listeners at most this often. */
const FLUSH_INTERVAL_MS = 100;

export interface TrainSessionOptions {
  /** Absolute path of the config. */
  configPath: string;
  /** The valid config with every default. */
  experiment: ResolvedExperiment;
  /** `key=value` pairs that changed the config, for run.json. */
  overrides?: readonly string[];
  /** Version of Gatescope, for environment.json. */
  version: string;
}

export interface SessionListener {
  onProgress(progress: RunProgress): void;
  /** Events that are on disk now; `seq` is the line number of the first. At most ten times a second. */
  onEvents(seq: number, events: readonly RunEvent[]): void;
  onManifest(manifest: RunManifest): void;
  onLog(level: 'info' | 'warning' | 'error', text: string): void;
}

export class TrainSession {
  readonly #options: TrainSessionOptions;
  readonly #folder: RunFolder;
  readonly #listener: SessionListener;
  readonly #control: RunControl;
  readonly #engine: EngineLease;
  /** Where it goes on from. */
  readonly #checkpoint: StoredCheckpoint | undefined;
  /** Known once the data is read. */
  #meter: ProgressMeter | undefined;
  #flushedAtMs = 0;
  /** Time of the last event, seconds since training began. */
  #elapsedSeconds = 0;

  private constructor(
    options: TrainSessionOptions & { checkpoint?: StoredCheckpoint },
    folder: RunFolder,
    { listener, engine }: { listener: SessionListener; engine: EngineLease },
  ) {
    this.#options = options;
    this.#checkpoint = options.checkpoint;
    this.#elapsedSeconds = options.checkpoint?.state.elapsedSeconds ?? 0;
    this.#folder = folder;
    this.#listener = listener;
    this.#engine = engine;
    this.#control = new RunControl({
      beforeYield: () => this.#flushIfDue(),
      onPauseChange: (isPaused) => this.#onPauseChange(isPaused),
    });
  }

  /** Makes the run folder. Throws UserError where none can be made; nothing trains yet. */
  static open(options: TrainSessionOptions, listener: SessionListener): Promise<TrainSession> {
    const { configPath, experiment, overrides } = options;
    return TrainSession.#in(options, listener, () => RunFolder.create(configPath, experiment, overrides));
  }

  /** A run that is to go on from a checkpoint; `run` finds out whether it can. */
  static resume(options: TrainSessionOptions & ResumePlan, listener: SessionListener): Promise<TrainSession> {
    return TrainSession.#in(options, listener, () => RunFolder.open(options.runDir));
  }

  static async #in(
    options: TrainSessionOptions & { checkpoint?: StoredCheckpoint },
    listener: SessionListener,
    open: () => Promise<RunFolder>,
  ): Promise<TrainSession> {
    const engine = await leaseEngine(options.experiment.engine);
    const folder = await open().catch((error: unknown) => {
      engine.release();
      throw toDiskError(error) ?? error;
    });
    return new TrainSession(options, folder, { listener, engine });
  }

  get runId(): string {
    return this.#folder.id;
  }

  get runDir(): string {
    return this.#folder.dir;
  }

  /** What computes this run. */
  get backend(): BackendChoice {
    return this.#engine.choice;
  }

  get manifest(): RunManifest {
    return this.#folder.manifest;
  }

  /** A stop before there is anything to keep is a cancellation. */
  act(action: RunAction): void {
    this.#control.act(action === 'stop' && !this.#meter ? 'cancel' : action);
  }

  /**
   * Reads, trains, evaluates. Settles when the run has ended, whatever its status. Throws UserError and CancelledError only where a run
   * does not go on: its folder is as it was.
   */
  async run(): Promise<TrainOutcome> {
    let end: Partial<RunManifest>;
    try {
      end = await this.#train();
      await this.#flush();
    } catch (error) {
      if (!this.#folder.isTakenUp) throw toDiskError(error) ?? error;
      end = this.#failure(error);
      // The failure is said in run.json, whether or not the log can still be written.
      await this.#flush().catch((second: unknown) => this.#listener.onLog('error', String(second)));
    } finally {
      this.#engine.release();
    }
    await this.#update({ ...end, endedAt: new Date().toISOString() });
    await this.#folder.close();
    const { runId, runDir, manifest } = this;
    return { runId, runDir, status: manifest.status, manifest };
  }

  #train(): Promise<Partial<RunManifest>> {
    const { experiment, version } = this.#options;
    const computes = [backendText(this.backend), `tfjs-core ${TFJS_VERSION}`, backendReason(this.backend)];
    this.#listener.onLog('info', computes.filter(Boolean).join('; '));
    return trainRun({
      experiment,
      version,
      folder: this.#folder,
      control: this.#control,
      backend: this.backend,
      checkpoint: this.#checkpoint,
      message: (level, text) => this.#message(level, text),
      onReading: (fraction) => this.#reportReading(fraction),
      onReady: (stepsPerEpoch) => this.#startMeter(stepsPerEpoch),
      onTesting: () => this.#meter?.report('testing'),
      onEvent: (event) => this.#onEvent(event),
      flush: () => this.#flush(),
      update: (changes) => this.#update(changes),
    });
  }

  #startMeter(stepsPerEpoch: number): void {
    const { epochs } = this.#options.experiment.training;
    this.#meter = new ProgressMeter({ runId: this.runId, epochs, stepsPerEpoch }, (progress) =>
      this.#listener.onProgress(progress),
    );
  }

  #reportReading(fraction: number): void {
    const { epochs } = this.#options.experiment.training;
    this.#listener.onProgress({ runId: this.runId, phase: 'reading', fraction, epoch: 0, epochs, step: 0, steps: 0 });
  }

  #failure(error: unknown): Partial<RunManifest> {
    if (error instanceof CancelledError) return { status: 'cancelled' };
    const { problem, stack } = toRunProblem(error);
    this.#message('error', withRemedy(problem.message, problem.remedy));
    if (stack) this.#listener.onLog('error', stack);
    return { status: 'failed', problem };
  }

  #onEvent(event: RunEvent): void {
    this.#folder.append(event);
    this.#elapsedSeconds = event.t;
    this.#meter?.onEvent(event);
    if (event.type === 'message') this.#listener.onLog(event.level, event.text);
  }

  #message(level: 'info' | 'warning' | 'error', text: string): void {
    this.#onEvent({ type: 'message', t: this.#elapsedSeconds, level, text });
  }

  async #onPauseChange(isPaused: boolean): Promise<void> {
    this.#meter?.onPauseChange();
    await this.#flush();
    const status: RunStatus = isPaused ? 'paused' : 'running';
    await this.#update({ status });
  }

  async #flushIfDue(): Promise<void> {
    if (performance.now() - this.#flushedAtMs >= FLUSH_INTERVAL_MS) await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#flushedAtMs = performance.now();
    const { seq, events } = await this.#folder.flush();
    if (events.length > 0) this.#listener.onEvents(seq, events);
  }

  async #update(changes: Parameters<RunFolder['update']>[0]): Promise<void> {
    this.#listener.onManifest(await this.#folder.update(changes));
  }
}
