// Making and writing one run folder. Invariant: whatever is on disk at any moment is a readable run.
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Evaluation, ImportRecord, RunEnvironment, RunEvent, RunManifest } from '../schema/run.ts';
import { writeFileAtomic, writeJsonAtomic } from './atomicWrite.ts';
import { makeFolder } from './makeFolder.ts';
import { MetricsLog } from './metricsLog.ts';
import { changeManifest, MANIFEST_FILE } from './runManifest.ts';

export const CONFIG_SUFFIX = '.gatescope.json';
export const MODEL_FILE = 'model.safetensors';
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

export class RunFolder {
  readonly dir: string;
  readonly id: string;
  #manifest: RunManifest;
  readonly #metrics: MetricsLog;

  private constructor(dir: string, manifest: RunManifest, metrics: MetricsLog) {
    this.dir = dir;
    this.id = manifest.id;
    this.#manifest = manifest;
    this.#metrics = metrics;
  }

  /** Makes the folder with run.json (status running), config.json and empty logs. */
  static async create(configPath: string, experiment: ResolvedExperiment): Promise<RunFolder> {
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
    };
    await writeJsonAtomic(join(dir, MANIFEST_FILE), manifest);
    await writeJsonAtomic(join(dir, CONFIG_FILE), experiment);
    return new RunFolder(dir, manifest, await MetricsLog.create(dir));
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

  append(event: RunEvent): void {
    this.#metrics.append(event);
  }

  flush(): Promise<{ seq: number; events: RunEvent[] }> {
    return this.#metrics.flush();
  }

  async close(): Promise<void> {
    await this.#metrics.close();
  }
}
