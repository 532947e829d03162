// Finding, reading and changing runs on disk. Nothing is cached: the folders are the truth.
import { access, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Evaluation, RunEnvironment, RunManifest } from '../schema/run.ts';
import { listRunsMeant, runsMeant } from '../schema/runReference.ts';
import { UserError } from '../util/userError.ts';
import { CONFIG_FILE, ENVIRONMENT_FILE, EVALUATION_FILE } from './runFolder.ts';
import { changeManifest, MANIFEST_FILE, readManifest, requireInactive } from './runManifest.ts';

export interface StoredRun {
  /** Absolute path of the run folder. */
  dir: string;
  manifest: RunManifest;
}

export async function readRun(dir: string): Promise<StoredRun> {
  return { dir, manifest: await readManifest(dir) };
}

/** Runs in one `runs` folder, newest first. Folders that hold no readable run are left out. */
export async function listRuns(runsDir: string): Promise<StoredRun[]> {
  const names = await listFolder(runsDir);
  const runs = await Promise.all(
    names.map((name) =>
      readRun(join(runsDir, name)).catch((error: unknown) => {
        if (UserError.is(error, 'run.unreadable')) return undefined;
        throw error;
      }),
    ),
  );
  return runs.filter((run) => run !== undefined).sort(newestFirst);
}

function newestFirst(a: StoredRun, b: StoredRun): number {
  const [timeA, timeB] = [a.manifest.startedAt, b.manifest.startedAt];
  if (timeA !== timeB) return timeA < timeB ? 1 : -1;
  return a.dir < b.dir ? 1 : -1;
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

const NOT_SEARCHED = new Set(['node_modules', '.git', 'dist', 'out']);

/** All `.gatescope/runs` folders at or under `root`, at most `depth` folders down. */
export async function findRunsDirs(root: string, depth = 4): Promise<string[]> {
  const found: string[] = [];
  const visit = async (dir: string, left: number): Promise<void> => {
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isDirectory() || NOT_SEARCHED.has(entry.name)) continue;
      if (entry.name === '.gatescope') found.push(join(dir, entry.name, 'runs'));
      else if (left > 0 && !entry.name.startsWith('.')) await visit(join(dir, entry.name), left - 1);
    }
  };
  await visit(resolve(root), depth);
  return found.sort();
}

/** All runs at or under `root`, newest first. */
export async function findRuns(root: string): Promise<StoredRun[]> {
  const lists = await Promise.all((await findRunsDirs(root)).map(listRuns));
  return lists.flat().sort(newestFirst);
}

/** A run named by its folder's path, a unique prefix of its id, its name where no other has it, or `latest`, seen from the folder `cwd`. */
export async function resolveRun(reference: string, cwd: string): Promise<StoredRun> {
  const asPath = resolve(cwd, reference);
  const isRunFolder = await access(join(asPath, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  if (isRunFolder) return readRun(asPath);
  const runs = await findRuns(cwd);
  const matches =
    reference === 'latest'
      ? runs.slice(0, 1)
      : runsMeant(
          reference,
          runs.map((run) => ({ ...run, id: run.manifest.id, name: run.manifest.name })),
        );
  if (matches.length === 1) return { dir: matches[0].dir, manifest: matches[0].manifest };
  throw new UserError(
    matches.length > 1
      ? {
          code: 'run.ambiguous',
          message: `"${reference}" fits ${matches.length} runs: ${listRunsMeant(matches.map(({ manifest }) => manifest))}.`,
          remedy: 'Give more of the id, or the folder.',
        }
      : {
          code: 'run.notFound',
          message: `There is no run "${reference}" under ${cwd}.`,
          remedy: 'Give the folder of a run, the start of its id, its name, or `latest`; `gatescope runs` lists them.',
        },
  );
}

/** The user's own words on a run. */
export async function updateRun(dir: string, changes: { name?: string; note?: string }): Promise<RunManifest> {
  const { name, note } = changes;
  return changeManifest(dir, { ...(name === undefined ? {} : { name }), ...(note === undefined ? {} : { note }) });
}

/** Removes a run's folder for good. An active run and a folder that is no run are refused. */
export async function deleteRun(dir: string): Promise<void> {
  const { manifest } = await readRun(dir);
  requireInactive(manifest);
  if (!resolve(dir).includes(`${sep}.gatescope${sep}runs${sep}`)) {
    throw new UserError({
      code: 'run.notInStore',
      message: `${dir} does not lie in a .gatescope/runs folder.`,
      remedy: 'Delete it by hand if you mean it.',
    });
  }
  await rm(dir, { recursive: true, force: true });
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError({ code: 'run.unreadable', message: `${path} cannot be read.`, place: { path }, cause });
  }
}

/** Undefined while the run has not been evaluated. */
export function readEvaluation(dir: string): Promise<Evaluation | undefined> {
  return readJson<Evaluation>(join(dir, EVALUATION_FILE));
}

export function readEnvironment(dir: string): Promise<RunEnvironment | undefined> {
  return readJson<RunEnvironment>(join(dir, ENVIRONMENT_FILE));
}

/** The resolved config a run was made from. */
export async function readRunConfig(dir: string): Promise<ResolvedExperiment> {
  const config = await readJson<ResolvedExperiment>(join(dir, CONFIG_FILE));
  if (config) return config;
  throw new UserError({
    code: 'run.unreadable',
    message: `${basename(dir)} has no ${CONFIG_FILE}.`,
    place: { path: dir },
  });
}

export { readMetrics } from './metricsLog.ts';
export { runsDirOf } from './runFolder.ts';
export { markCrashed } from './runManifest.ts';
