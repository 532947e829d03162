// What trains in this window: one run at a time, others wait in order.
// Invariant: the promise of every job settles; a job leaves the list before its promise does.
import type {
  EngineContract,
  RunAction,
  RunProgress,
  TrainOutcome,
  TrainRequest,
} from '../../protocol/engineContract.ts';
import type { BackendChoice } from '../../schema/run.ts';
import { assertNever } from '../../util/assertNever.ts';
import { type Disposable, DisposableStore } from '../../util/disposable.ts';
import { Emitter } from '../../util/emitter.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import { ENGINE_DIED, type Engine } from './engine.ts';

export interface TrainingJob {
  readonly configPath: string;
  /** `starting`: the engine has it, no run folder is known yet. */
  readonly state: 'queued' | 'starting' | 'running';
  readonly isPaused: boolean;
  readonly runId?: string;
  readonly runDir?: string;
  readonly progress?: RunProgress;
  /** What computes it. */
  readonly backend?: BackendChoice;
}

type MutableJob = { -readonly [K in keyof TrainingJob]: TrainingJob[K] } & {
  readonly abort: AbortController;
  /** Asked for before the run had an id. */
  readonly askedEarly: RunAction[];
  readonly request: TrainRequest;
  readonly done: PromiseHandle<TrainOutcome>;
};

interface PromiseHandle<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function createHandle<T>(): PromiseHandle<T> {
  let settle: Pick<PromiseHandle<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

export interface TrainingQueueOptions {
  engine: Pick<Engine, 'call' | 'on'>;
  /** Writes `crashed` into the run's folder. */
  markCrashed(runDir: string): Promise<unknown>;
}

export class TrainingQueue implements Disposable {
  readonly #options: TrainingQueueOptions;
  readonly #jobs: MutableJob[] = [];
  readonly #changed = new Emitter<void>();
  readonly #subscriptions = new DisposableStore();
  #isRunning = false;

  constructor(options: TrainingQueueOptions) {
    this.#options = options;
    const { engine } = options;
    this.#subscriptions.add(engine.on('started', (started) => this.#onStarted(started)));
    this.#subscriptions.add(engine.on('progress', (progress) => this.#change(progress.runId, { progress })));
    this.#subscriptions.add(
      engine.on('manifest', ({ manifest }) => this.#change(manifest.id, { isPaused: manifest.status === 'paused' })),
    );
  }

  /** In the order in which they train; the first is the one that trains. */
  get jobs(): readonly TrainingJob[] {
    return this.#jobs;
  }

  get active(): TrainingJob | undefined {
    return this.#jobs[0];
  }

  /** Fires when a job comes, goes or moves on (progress: at most 10 a second). */
  onChange(listener: () => void): Disposable {
    return this.#changed.on(listener);
  }

  /** Waits for its turn, then trains. Rejects with CancelledError when it was cancelled before there was a run. */
  train(request: TrainRequest): Promise<TrainOutcome> {
    const job: MutableJob = {
      configPath: request.configPath,
      state: 'queued',
      isPaused: false,
      abort: new AbortController(),
      askedEarly: [],
      request,
      done: createHandle(),
    };
    this.#jobs.push(job);
    this.#changed.fire();
    void this.#runAll();
    return job.done.promise;
  }

  /** Acts on the run that is named, or on the first of a config, or on the one that trains. A UserError when it is not trained here. */
  async control(action: RunAction, which: { runId?: string; configPath?: string } = {}): Promise<void> {
    const { runId, configPath } = which;
    const job = this.#jobs.find(
      (candidate) =>
        (runId === undefined || candidate.runId === runId) &&
        (configPath === undefined || candidate.configPath === configPath),
    );
    if (!job) throw notTrainingHere(runId ?? configPath);
    await this.#act(job, action);
  }

  /** Drops jobs that wait for their turn; the one that trains goes on. */
  dropQueued(): void {
    for (const job of this.#jobs.filter(({ state }) => state === 'queued')) this.#drop(job);
  }

  async #act(job: MutableJob, action: RunAction): Promise<void> {
    switch (job.state) {
      case 'queued':
        if (action === 'stop' || action === 'cancel') this.#drop(job);
        return;
      case 'starting':
        job.askedEarly.push(action);
        if (action === 'cancel') job.abort.abort();
        return;
      case 'running':
        await this.#options.engine.call('control', { runId: job.runId!, action });
        return;
      default:
        assertNever(job.state);
    }
  }

  #drop(job: MutableJob): void {
    this.#remove(job);
    job.done.reject(new CancelledError());
  }

  #remove(job: MutableJob): void {
    const at = this.#jobs.indexOf(job);
    if (at >= 0) this.#jobs.splice(at, 1);
    this.#changed.fire();
  }

  async #runAll(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let job = this.#jobs[0]; job; job = this.#jobs[0]) await this.#run(job);
    } finally {
      this.#isRunning = false;
    }
  }

  async #run(job: MutableJob): Promise<void> {
    job.state = 'starting';
    this.#changed.fire();
    try {
      const outcome = await this.#options.engine.call('train', job.request, { signal: job.abort.signal });
      this.#remove(job);
      job.done.resolve(outcome);
    } catch (error) {
      const reason = await this.#afterFailure(job, error);
      this.#remove(job);
      job.done.reject(reason);
    }
  }

  /** The reason to give: the failure itself, or what went wrong while noting it. */
  async #afterFailure(job: MutableJob, error: unknown): Promise<unknown> {
    if (!job.runDir || !UserError.is(error, ENGINE_DIED)) return error;
    try {
      await this.#options.markCrashed(job.runDir);
      return error;
    } catch (second) {
      return new AggregateError([error, second], 'The engine died, and its run could not be marked as crashed');
    }
  }

  #onStarted({ runId, runDir, configPath, backend }: EngineContract['events']['started']): void {
    const job = this.#jobs[0];
    if (job?.state !== 'starting' || job.configPath !== configPath) return;
    Object.assign(job, { state: 'running', runId, runDir, backend });
    this.#changed.fire();
    for (const action of job.askedEarly.splice(0)) {
      this.#act(job, action).catch((error: unknown) => job.done.reject(error));
    }
  }

  #change(runId: string, changes: Partial<Pick<TrainingJob, 'progress' | 'isPaused'>>): void {
    const job = this.#jobs.find((candidate) => candidate.runId === runId);
    if (!job) return;
    Object.assign(job, changes);
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const job of [...this.#jobs]) this.#drop(job);
  }
}

function notTrainingHere(name: string | undefined): UserError {
  if (name === undefined) {
    return new UserError({ code: 'training.none', message: 'Nothing is training in this window.' });
  }
  return new UserError({
    code: 'training.notHere',
    message: `${name} is not trained by this window.`,
    remedy: 'Control it from the window or terminal that trains it.',
  });
}
