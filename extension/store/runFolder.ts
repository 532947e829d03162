// Making and writing one run folder. Invariant: whatever is on disk at any moment is a readable run,
// and one that is to go on changes by no byte before it is certain that it can.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Evaluation, ImportRecord, RunEnvironment, RunEvent, RunManifest } from '../schema/run.ts';
import { writeFileAtomic, writeJsonAtomic } from './atomicWrite.ts';
import { CHECKPOINT_FILES, dropLaterCheckpoints, type StoredCheckpoint } from './checkpoints.ts';
import { makeFolder } from './makeFolder.ts';
import { type LogPosition, MetricsLog } from './metricsLog.ts';
import { dropLaterProbes } from './probeFolder.ts';
import { changeManifest, claimRun, MANIFEST_FILE, readManifest } from './runManifest.ts';

export const CONFIG_SUFFIX = '.gatescope.json';
export const MODEL_FILE = 'model.safetensors';
export const START_FILE = 'start.safetensors';
export const TOKENIZER_FILE = 'tokenizer.json';
export const CONFIG_FILE = 'config.json';
export const EVALUATION_FILE = 'evaluation.json';
export const ENVIRONMENT_FILE = 'environment.json';
export const IMPORT_FILE = 'import.json';

/** `<folder of the config>/.gatescope/runs` */
export function runsDirOf(configPath: string): string {
  return join(dirname(configPath), '.gatescope', 'runs');
}

/** The folder that the paths in a run's config.json are relative to. */
export function configDirOf(runDir: string): string {
  return dirname(dirname(dirname(runDir)));
}

/** Lower-case letters, digits and dashes; `run` where nothing is left. */
export function slugOf(configPath: string): string {
  const name = basename(configPath).replace(/(\.gatescope)?\.jsonc?$/i, '');
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug || 'run';
}

/** `2026-11-23T22-10-05` */
function folderTime(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '-');
}

async function makeUniqueFolder(runsDir: string, base: string): Promise<string> {
  await makeFolder(runsDir);
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? base : `${base}-${attempt}`;
    try {
      await mkdir(join(runsDir, id));
      return id;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** model.safetensors as it was at the checkpoint: the best weights by then. */
async function restoreBest(dir: string, { dir: from, state }: StoredCheckpoint): Promise<void> {
  const path = join(dir, MODEL_FILE);
  if (!state.best) return rm(path, { force: true });
  const { best, model } = CHECKPOINT_FILES;
  await writeFileAtomic(path, await readFile(join(from, state.best.step === state.step ? model : best)));
}

/** In this order: as long as a later checkpoint is there, everything that belongs to it is. */
async function forgetLater(dir: string, checkpoint: StoredCheckpoint): Promise<void> {
  await restoreBest(dir, checkpoint);
  await dropLaterCheckpoints(dir, checkpoint);
  await dropLaterProbes(dir, checkpoint.state.epochsDone);
  await rm(join(dir, EVALUATION_FILE), { force: true });
}

export class RunFolder {
  readonly dir: string;
  readonly id: string;
  #manifest: RunManifest;
  /** Absent until a run that is to go on is taken up. */
  #metrics: MetricsLog | undefined;
  /** Told before it was taken up. */
  readonly #early: RunEvent[] = [];

  private constructor(dir: string, manifest: RunManifest, metrics?: MetricsLog) {
    this.dir = dir;
    this.id = manifest.id;
    this.#manifest = manifest;
    this.#metrics = metrics;
  }

  /** Makes the folder with run.json (status running), config.json and empty logs. */
  static async create(
    configPath: string,
    experiment: ResolvedExperiment,
    overrides: readonly string[] = [],
  ): Promise<RunFolder> {
    const now = new Date();
    const runsDir = runsDirOf(configPath);
    const id = await makeUniqueFolder(runsDir, `${folderTime(now)}-${slugOf(configPath)}`);
    const dir = join(runsDir, id);
    const manifest: RunManifest = {
      schemaVersion: 1,
      id,
      name: experiment.name,
      note: '',
      status: 'running',
      task: experiment.task,
      labels: [],
      config: relative(configDirOf(dir), configPath),
      epochs: { done: 0, planned: experiment.training.epochs },
      pid: process.pid,
      host: hostname(),
      startedAt: now.toISOString(),
      ...(overrides.length > 0 ? { overrides: [...overrides] } : {}),
    };
    await writeJsonAtomic(join(dir, MANIFEST_FILE), manifest);
    await writeJsonAtomic(join(dir, CONFIG_FILE), experiment);
    return new RunFolder(dir, manifest, await MetricsLog.create(dir));
  }

  /** A run that may go on: until `takeUp` it is only read, and what is appended waits. Throws UserError `run.unreadable`. */
  static async open(dir: string): Promise<RunFolder> {
    return new RunFolder(dir, await readManifest(dir));
  }

  /** Whether this process may write here. */
  get isTakenUp(): boolean {
    return this.#metrics !== undefined;
  }

  /**
   * Goes on from a checkpoint: what came after it is forgotten, so everything that may refuse comes first. Wherever a kill interrupts this,
   * the newest checkpoint left is whole, and so is the log up to it. Throws UserError `run.active`, `run.changed`, `run.unreadable`.
   */
  async takeUp(checkpoint: StoredCheckpoint, experiment: ResolvedExperiment): Promise<void> {
    const { dir } = this;
    const { epochsDone, elapsedSeconds, best, log } = checkpoint.state;
    await MetricsLog.requireWhole(dir, log);
    const changes: Partial<RunManifest> = {
      status: 'running',
      best,
      test: undefined,
      problem: undefined,
      endedAt: undefined,
      frozen: undefined,
      epochs: { done: epochsDone, planned: experiment.training.epochs },
      pid: process.pid,
      host: hostname(),
      resumedAt: new Date().toISOString(),
      earlierS: elapsedSeconds,
    };
    this.#manifest = await claimRun(dir, this.#manifest, changes);
    try {
      await forgetLater(dir, checkpoint);
      await writeJsonAtomic(join(dir, CONFIG_FILE), experiment);
      this.#metrics = await MetricsLog.reopen(dir, log);
      for (const event of this.#early.splice(0)) this.#metrics.append(event);
    } catch (error) {
      // Nobody trains it, while this process, which it names, may live on for days.
      const problem = { code: 'resume', message: error instanceof Error ? error.message : String(error) };
      await changeManifest(dir, { status: 'failed', problem, endedAt: new Date().toISOString() });
      throw error;
    }
  }

  get manifest(): RunManifest {
    return this.#manifest;
  }

  /** Changes run.json on disk; what the user changed there meanwhile (name, note) stays. */
  async update(changes: Partial<Omit<RunManifest, 'name' | 'note' | 'id' | 'schemaVersion'>>): Promise<RunManifest> {
    this.#manifest = await changeManifest(this.dir, changes);
    return this.#manifest;
  }

  async writeModel(safetensors: Uint8Array): Promise<void> {
    await writeFileAtomic(join(this.dir, MODEL_FILE), safetensors);
  }

  async writeTokenizer(json: string): Promise<void> {
    await writeFileAtomic(join(this.dir, TOKENIZER_FILE), json);
  }

  async writeEnvironment(environment: RunEnvironment): Promise<void> {
    await writeJsonAtomic(join(this.dir, ENVIRONMENT_FILE), environment);
  }

  async writeEvaluation(evaluation: Evaluation): Promise<void> {
    await writeJsonAtomic(join(this.dir, EVALUATION_FILE), evaluation);
  }

  async writeImport(record: ImportRecord): Promise<void> {
    await writeJsonAtomic(join(this.dir, IMPORT_FILE), record);
  }

  /** Weights that training starts from, where they came from elsewhere: what moved is measured by them. */
  async writeStart(safetensors: Uint8Array): Promise<void> {
    await writeFileAtomic(join(this.dir, START_FILE), safetensors);
  }

  /** Whole lines of the log on disk. */
  get log(): LogPosition {
    return this.#metrics?.written ?? { events: 0, bytes: 0 };
  }

  append(event: RunEvent): void {
    if (this.#metrics) this.#metrics.append(event);
    else this.#early.push(event);
  }

  async flush(): Promise<{ seq: number; events: RunEvent[] }> {
    return this.#metrics?.flush() ?? { seq: 0, events: [] };
  }

  async close(): Promise<void> {
    await this.#metrics?.close();
  }
}
