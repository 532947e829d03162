// One training run from config to evaluated run folder; the worker and the command line run the very same session.
// Invariant: what listeners are told is on disk already; once the folder exists, the run ends in it with a final status.
import { TFJS_VERSION } from '../engine/backend/backend.ts';
import { encodeSafetensors } from '../engine/io/safetensors.ts';
import { loadModel } from '../engine/model.ts';
import { countParameters } from '../engine/params/parameterPlan.ts';
import { createTask } from '../engine/tasks/createTask.ts';
import { createTrainer } from '../engine/train/trainer.ts';
import type { NamedTensor, TrainResult } from '../engine/types.ts';
import { backendReason, backendText } from '../protocol/backendText.ts';
import type { RunAction, RunProgress, TrainOutcome } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import {
  type BackendChoice,
  type Evaluation,
  type RunEvent,
  type RunManifest,
  type RunStatus,
  SCORE_NAMES,
  type Scores,
} from '../schema/run.ts';
import { TASK_UNITS } from '../schema/tasks.ts';
import { configDirOf, RunFolder } from '../store/runFolder.ts';
import { CancelledError, withRemedy } from '../util/userError.ts';
import { toDiskError } from './diskError.ts';
import { describeEnvironment } from './environment.ts';
import { evaluateSplits } from './evaluateSplits.ts';
import { createFileSource } from './fileSource.ts';
import { type EngineLease, leaseEngine } from './kernels/useEngine.ts';
import { type LoadedData, loadData } from './loadData.ts';
import { modelShape } from './modelShape.ts';
import { ProgressMeter } from './progressMeter.ts';
import { RunControl } from './runControl.ts';
import { toRunProblem } from './runProblem.ts';
import { ProbeRecorder } from './trace/probeRecorder.ts';

/** Metrics go to disk and to listeners at most this often. */
const FLUSH_INTERVAL_MS = 100;

export interface TrainSessionOptions {
  /** Absolute path of the config. */
  configPath: string;
  /** The valid config with every default. */
  experiment: ResolvedExperiment;
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
  /** Known once the data is read. */
  #meter: ProgressMeter | undefined;
  #flushedAtMs = 0;
  /** Time of the last event, seconds since training began. */
  #elapsedSeconds = 0;

  private constructor(
    options: TrainSessionOptions,
    folder: RunFolder,
    { listener, engine }: { listener: SessionListener; engine: EngineLease },
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#listener = listener;
    this.#engine = engine;
    this.#control = new RunControl({
      beforeYield: () => this.#flushIfDue(),
      onPauseChange: (isPaused) => this.#onPauseChange(isPaused),
    });
  }

  /** Makes the run folder. Throws UserError where none can be made; nothing trains yet. */
  static async open(options: TrainSessionOptions, listener: SessionListener): Promise<TrainSession> {
    const engine = await leaseEngine(options.experiment.engine);
    const folder = await RunFolder.create(options.configPath, options.experiment).catch((error: unknown) => {
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

  /** Reads, trains, evaluates. Settles when the run has ended, whatever its status. */
  async run(): Promise<TrainOutcome> {
    let end: Partial<RunManifest>;
    try {
      end = await this.#train();
      await this.#flush();
    } catch (error) {
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

  async #train(): Promise<Partial<RunManifest>> {
    const { experiment } = this.#options;
    const computes = [backendText(this.backend), `tfjs-core ${TFJS_VERSION}`, backendReason(this.backend)];
    this.#listener.onLog('info', computes.filter(Boolean).join('; '));
    const data = await this.#readData();
    await this.#writeFacts(data);
    const { training } = experiment;
    const task = createTask(data, training);
    const trainer = createTrainer({ ...modelShape(experiment, data), training, task });
    const { epochs } = training;
    const stepsPerEpoch = task.epoch(1).batchCount;
    this.#meter = new ProgressMeter({ runId: this.runId, epochs, stepsPerEpoch }, (progress) =>
      this.#listener.onProgress(progress),
    );
    const probes = new ProbeRecorder({
      ...data,
      runDir: this.runDir,
      experiment,
      warn: (text) => this.#message('warning', text),
      betweenProbes: () => this.#control.betweenSteps(),
    });
    await probes.record(trainer.model, 0);
    const result = await trainer.run(this.#control, {
      onEvent: (event) => this.#onEvent(event),
      onBest: async (best, weights) => {
        await this.#flush();
        await this.#writeModel(weights);
        await this.#update({ best });
      },
      onEpoch: async (done) => {
        await probes.record(trainer.model, done);
        await this.#flush();
        await this.#update({ epochs: { done, planned: experiment.training.epochs } });
      },
    });
    return this.#finish(data, result);
  }

  async #readData(): Promise<LoadedData> {
    this.#reportReading(0);
    return loadData(this.#options.experiment, configDirOf(this.runDir), {
      files: createFileSource(),
      signal: this.#control.signal,
      onProgress: (fraction) => this.#reportReading(fraction),
      onLog: (level, text) => this.#message(level, text),
    });
  }

  #reportReading(fraction: number): void {
    const { epochs } = this.#options.experiment.training;
    this.#listener.onProgress({ runId: this.runId, phase: 'reading', fraction, epoch: 0, epochs, step: 0, steps: 0 });
  }

  async #writeFacts(data: LoadedData): Promise<void> {
    const { experiment, version } = this.#options;
    const tokenizer = data.tokenizer.toJson();
    const parameters = countParameters(modelShape(experiment, data)).total;
    const { backend } = this;
    await this.#folder.writeTokenizer(tokenizer);
    await this.#folder.writeEnvironment(
      describeEnvironment({ experiment, backend, version, data, tokenizer, parameters }),
    );
    await this.#update({ labels: data.labels });
    const { train, validation, test, labels } = data;
    const unit = TASK_UNITS[experiment.task];
    const counts = `${train.count} training, ${validation.count} validation${test ? ` and ${test.count} test` : ''} ${unit}`;
    const classes = labels.length > 0 ? `${labels.length} labels, ` : '';
    const { vocabularySize } = data.tokenizer;
    this.#message('info', `${counts}, ${classes}${vocabularySize} vocabulary entries, ${parameters} parameters.`);
  }

  /** Keeps the final weights and evaluates them, unless the run was cancelled. */
  async #finish(data: LoadedData, result: TrainResult): Promise<Partial<RunManifest>> {
    await this.#flush();
    const { planned } = this.manifest.epochs;
    const end = { status: result.status, epochs: { done: result.epochsDone, planned }, best: result.best };
    if (result.status === 'cancelled') return end;
    if (!result.best) await this.#writeModel(result.weights);
    if (result.status === 'diverged') return { ...end, ...divergence(result), ...(await this.#scores(data, result)) };
    return { ...end, ...(await this.#scores(data, result)) };
  }

  async #scores(data: LoadedData, result: TrainResult): Promise<{ test?: Scores }> {
    const { experiment } = this.#options;
    this.#meter?.report('testing');
    const splits = await evaluateSplits(loadModel(modelShape(experiment, data), result.weights), data, {
      experiment,
      configDir: configDirOf(this.runDir),
      signal: this.#control.signal,
      betweenBatches: () => this.#control.betweenSteps(),
    });
    const evaluation: Evaluation = {
      schemaVersion: 1,
      labels: data.labels,
      epoch: result.best?.epoch ?? result.epochsDone,
      ...splits,
    };
    await this.#folder.writeEvaluation(evaluation);
    return { test: splits.test && scoresOnly(splits.test) };
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

  async #writeModel(weights: readonly NamedTensor[]): Promise<void> {
    await this.#folder.writeModel(encodeSafetensors(weights, { format: 'pt' }));
  }
}

function divergence({ divergedAtStep, best }: TrainResult): Pick<RunManifest, 'problem'> {
  const kept = best ? `the weights of epoch ${best.epoch} are kept` : 'the last good weights are kept';
  return {
    problem: {
      code: 'training.diverged',
      message: `The loss or its gradient was not finite at step ${divergedAtStep}; ${kept}.`,
      remedy: 'Lower training.optimizer.learningRate, or set training.clip.',
    },
  };
}

/** The scores of anything that has them. */
export function scoresOnly(scores: Scores): Scores {
  const present = SCORE_NAMES.filter((name) => scores[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, scores[name]])) as Scores;
}
