// The checkpoints of a run on disk: checkpoints/epoch-003 at the end of epochs, checkpoints/step-000123 within them.
// Invariant: a checkpoint is there whole or not at all; the one to resume from goes only after a newer one is in place.
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CheckpointState } from '../schema/checkpointState.ts';
import type { ResolvedCheckpoints } from '../schema/checkpoints.ts';
import { UserError } from '../util/userError.ts';
import { nameFile, PARTIAL_SUFFIX, partialOf } from './atomicWrite.ts';

export const CHECKPOINTS_FOLDER = 'checkpoints';
export const CHECKPOINT_FILES = {
  model: 'model.safetensors',
  optimizer: 'optimizer.safetensors',
  /** The best weights by then, where they are others. */
  best: 'best.safetensors',
  /** States that a language model carries on within an epoch. */
  carried: 'carried.safetensors',
  state: 'state.json',
} as const;

const MAX_STATE_BYTES = 64 << 20;

export interface StoredCheckpoint {
  /** `epoch-003` or `step-000123` */
  name: string;
  dir: string;
  state: CheckpointState;
  bytes: number;
}

/** What a checkpoint is made of; `best` is the file to link to. */
export interface CheckpointContent {
  state: CheckpointState;
  model: Uint8Array;
  optimizer: Uint8Array;
  carried?: Uint8Array;
  best?: string;
}

export function checkpointName({ epochsDone, batchesDone, step }: CheckpointState): string {
  return batchesDone === 0 ? `epoch-${String(epochsDone).padStart(3, '0')}` : `step-${String(step).padStart(6, '0')}`;
}

/** Names of the checkpoints of a run, in no order; nothing is read yet. */
export async function checkpointNames(runDir: string): Promise<string[]> {
  const names = await readdir(join(runDir, CHECKPOINTS_FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^(epoch|step)-\d+$/.test(name));
}

/** Whole checkpoints of a run, the newest last. Throws UserError `checkpoint.unreadable` where one is damaged. */
export async function listCheckpoints(runDir: string): Promise<StoredCheckpoint[]> {
  const { readable, damaged } = await readAll(runDir);
  if (damaged.length > 0) throw damaged[0].error;
  return readable;
}

/** All checkpoints of a run, the newest last; those that are damaged must not keep anybody from the others. */
async function readAll(
  runDir: string,
): Promise<{ readable: StoredCheckpoint[]; damaged: { dir: string; error: UserError }[] }> {
  const readable: StoredCheckpoint[] = [];
  const damaged: { dir: string; error: UserError }[] = [];
  for (const name of await checkpointNames(runDir)) {
    const dir = join(runDir, CHECKPOINTS_FOLDER, name);
    try {
      readable.push(await readCheckpoint(dir));
    } catch (error) {
      if (!UserError.is(error)) throw error;
      damaged.push({ dir, error });
    }
  }
  readable.sort((a, b) => a.state.step - b.state.step || a.state.epochsDone - b.state.epochsDone);
  return { readable, damaged };
}

/** Throws UserError `checkpoint.unreadable`. */
export async function readCheckpoint(dir: string): Promise<StoredCheckpoint> {
  const path = join(dir, CHECKPOINT_FILES.state);
  let state: unknown;
  try {
    if ((await stat(path)).size > MAX_STATE_BYTES) throw new Error('it is too large');
    state = JSON.parse(await readFile(path, 'utf8'));
    if (!isState(state)) throw new Error('it has not the form of a state');
  } catch (cause) {
    throw new UserError({
      code: 'checkpoint.unreadable',
      message: `The checkpoint ${basename(dir)} cannot be read: ${(cause as Error).message}.`,
      remedy: 'Resume from another one: --from NAME.',
      place: { path },
      cause,
    });
  }
  const sizes = await Promise.all((await readdir(dir)).map(async (name) => (await stat(join(dir, name))).size));
  return { name: basename(dir), dir, state, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function isState(value: unknown): value is CheckpointState {
  const state = value as CheckpointState | null;
  const isCount = (number: unknown): boolean => Number.isSafeInteger(number) && (number as number) >= 0;
  return (
    typeof state === 'object' &&
    state !== null &&
    state.schemaVersion === 1 &&
    [state.epochsDone, state.batchesDone, state.step, state.thaw?.applied, state.log?.events, state.log?.bytes].every(
      isCount,
    ) &&
    [state.elapsedSeconds, state.running?.loss, state.running?.weight].every(Number.isFinite) &&
    typeof state.optimizerSteps === 'object' &&
    Array.isArray(state.frozen)
  );
}

/** Writes a checkpoint beside its place and moves it there. One of the same name must not be there. */
export async function saveCheckpoint(runDir: string, content: CheckpointContent): Promise<void> {
  const dir = join(runDir, CHECKPOINTS_FOLDER, checkpointName(content.state));
  const partial = partialOf(dir);
  const { state, model, optimizer, carried, best } = content;
  try {
    await mkdir(partial, { recursive: true });
    await writeSynced(join(partial, CHECKPOINT_FILES.model), model);
    await writeSynced(join(partial, CHECKPOINT_FILES.optimizer), optimizer);
    if (carried) await writeSynced(join(partial, CHECKPOINT_FILES.carried), carried);
    // model.safetensors of a run is replaced, never changed: a link keeps today's for nothing.
    const target = join(partial, CHECKPOINT_FILES.best);
    if (best) await link(best, target).catch(() => copyFile(best, target));
    await writeSynced(join(partial, CHECKPOINT_FILES.state), `${JSON.stringify(state, undefined, 2)}\n`);
    await removeCheckpoint(dir);
    await rename(partial, dir);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw nameFile(error, dir);
  }
}

/** Gone at once or not at all: a kill while its files are deleted must not leave half of it. */
async function removeCheckpoint(dir: string): Promise<void> {
  const partial = partialOf(dir);
  try {
    await rename(dir, partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(partial, { recursive: true, force: true });
}

async function writeSynced(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether a checkpoint at this moment would be kept. */
export function isKept(state: CheckpointState, { last, best, everyEpochs }: ResolvedCheckpoints): boolean {
  return last || state.batchesDone > 0 || (best && isBest(state)) || isEvery(state, everyEpochs);
}

const isBest = ({ best, step }: CheckpointState): boolean => best?.step === step;
const isEvery = ({ epochsDone, batchesDone }: CheckpointState, every?: number): boolean =>
  every !== undefined && batchesDone === 0 && epochsDone % every === 0;

/** Removes what is not to be kept, and beyond `maxMegabytes` the oldest; never the newest. Says which. */
export async function pruneCheckpoints(runDir: string, settings: ResolvedCheckpoints): Promise<string[]> {
  const { readable: all } = await readAll(runDir);
  const newest = all.at(-1);
  if (!newest) return [];
  const bestStep = newest.state.best?.step;
  const isWanted = (checkpoint: StoredCheckpoint): boolean =>
    checkpoint === newest ||
    (settings.best && checkpoint.state.step === bestStep && checkpoint.state.batchesDone === 0) ||
    isEvery(checkpoint.state, settings.everyEpochs);
  const kept = all.filter(isWanted);
  let bytes = kept.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
  const isLater = ({ state }: StoredCheckpoint): number => (state.step === bestStep ? 1 : 0);
  const removed = all.filter((checkpoint) => !isWanted(checkpoint));
  // Of those that are wanted the best goes after the others.
  for (const checkpoint of kept.slice(0, -1).sort((a, b) => isLater(a) - isLater(b) || a.state.step - b.state.step)) {
    if (bytes <= settings.maxMegabytes * 1e6) break;
    bytes -= checkpoint.bytes;
    removed.push(checkpoint);
  }
  for (const { dir } of removed) await removeCheckpoint(dir);
  return removed.map(({ name }) => name);
}

/**
 * Removes the checkpoints after one, which a run that goes on from there makes again, those that are damaged, as nobody can say when they
 * were, and what a crash left half written.
 */
export async function dropLaterCheckpoints(runDir: string, { state }: StoredCheckpoint): Promise<void> {
  const { readable, damaged } = await readAll(runDir);
  const later = readable.filter(({ state: other }) => other.step > state.step);
  for (const { dir } of [...later, ...damaged]) await removeCheckpoint(dir);
  const folder = join(runDir, CHECKPOINTS_FOLDER);
  for (const name of await readdir(folder)) {
    if (name.endsWith(PARTIAL_SUFFIX)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
