// run.json: read by everybody, changed by the process that trains (status, scores) and by the user (name, note).
// Invariant: every change is read-modify-write under the file's lock, so neither side loses what the other wrote.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isActive, RUN_STATUSES, type RunManifest } from '../schema/run.ts';
import { TASKS } from '../schema/tasks.ts';
import { UserError } from '../util/userError.ts';
import { writeJsonAtomic } from './atomicWrite.ts';
import { withFileLock } from './fileLock.ts';
import { canStillRun } from './processes.ts';

export const MANIFEST_FILE = 'run.json';
const MAX_MANIFEST_BYTES = 16 << 20;

/** The manifest as it is on disk. Throws a UserError when there is no readable run. */
async function readManifestFile(runDir: string): Promise<RunManifest> {
  const path = join(runDir, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, `There is no run in ${runDir}.`, cause);
  }
  if (text.length > MAX_MANIFEST_BYTES) throw unreadable(path, `${MANIFEST_FILE} is too large for a run manifest.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, `${MANIFEST_FILE} is not JSON.`, cause);
  }
  if (!isManifest(value))
    throw unreadable(path, `${MANIFEST_FILE} is not a run manifest of a version that is known here.`);
  // The folder's name is the id: a copied or renamed folder stays reachable. The first version did not say the task.
  return { ...value, task: value.task ?? 'classification', id: basename(runDir) };
}

function unreadable(path: string, message: string, cause?: unknown): UserError {
  return new UserError({
    code: 'run.unreadable',
    message,
    remedy: 'Give the folder of a run.',
    place: { path },
    cause,
  });
}

function isManifest(value: unknown): value is RunManifest {
  const manifest = value as RunManifest | null;
  return (
    typeof manifest === 'object' &&
    manifest !== null &&
    manifest.schemaVersion === 1 &&
    typeof manifest.name === 'string' &&
    typeof manifest.note === 'string' &&
    RUN_STATUSES.includes(manifest.status) &&
    (manifest.task === undefined || TASKS.includes(manifest.task)) &&
    Array.isArray(manifest.labels) &&
    manifest.labels.every((label) => typeof label === 'string') &&
    typeof manifest.epochs?.done === 'number' &&
    typeof manifest.epochs.planned === 'number' &&
    typeof manifest.startedAt === 'string' &&
    typeof manifest.pid === 'number' &&
    typeof manifest.host === 'string' &&
    typeof manifest.config === 'string'
  );
}

/** The manifest of a run; an active run whose process is gone reads as `crashed`. */
export async function readManifest(runDir: string): Promise<RunManifest> {
  return asSeenNow(await readManifestFile(runDir));
}

function asSeenNow(manifest: RunManifest): RunManifest {
  const { status, pid, host, startedAt, resumedAt } = manifest;
  const isGone = isActive(status) && !canStillRun(pid, host, resumedAt ?? startedAt);
  return isGone ? { ...manifest, status: 'crashed' } : manifest;
}

/**
 * Takes a run that nobody trains for this process. Throws UserError `run.active`, and `run.changed` where somebody has trained it since it
 * was `read`.
 */
export async function claimRun(runDir: string, read: RunManifest, changes: Partial<RunManifest>): Promise<RunManifest> {
  const path = join(runDir, MANIFEST_FILE);
  return withFileLock(path, async () => {
    const manifest = asSeenNow(await readManifestFile(runDir));
    requireInactive(manifest);
    if (manifest.resumedAt !== read.resumedAt) {
      throw new UserError({
        code: 'run.changed',
        message: `${manifest.name} has been trained further by another window or command.`,
        remedy: 'Resume it again, if it still has to go on.',
      });
    }
    const claimed: RunManifest = { ...manifest, ...changes };
    await writeJsonAtomic(path, claimed);
    return claimed;
  });
}

/** Throws UserError `run.active`. */
export function requireInactive({ name, status }: RunManifest): void {
  if (!isActive(status)) return;
  throw new UserError({ code: 'run.active', message: `${name} is still ${status}.`, remedy: 'Stop it first.' });
}

/** Says that what trained this run is gone, where its process lives on. One that has ended, or was not yet taken up, stays as it is. */
export async function markCrashed(runDir: string): Promise<void> {
  const path = join(runDir, MANIFEST_FILE);
  await withFileLock(path, async () => {
    const manifest = await readManifestFile(runDir);
    if (!isActive(manifest.status)) return;
    await writeJsonAtomic(path, { ...manifest, status: 'crashed', endedAt: new Date().toISOString() });
  });
}

export async function changeManifest(runDir: string, changes: Partial<RunManifest>): Promise<RunManifest> {
  const path = join(runDir, MANIFEST_FILE);
  return withFileLock(path, async () => {
    const manifest: RunManifest = { ...(await readManifestFile(runDir)), ...changes };
    await writeJsonAtomic(path, manifest);
    return manifest;
  });
}
