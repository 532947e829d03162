// Which run goes on, from which checkpoint, and with which settings. Settings that changed since are never taken up in silence.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compareExperiments, type Difference, describeDifferences } from '../config/compareExperiments.ts';
import { type EngineDefaults, loadExperiment } from '../config/loadExperiment.ts';
import { overrideConfig } from '../config/overrideConfig.ts';
import type { ConfigChanges } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { RunManifest } from '../schema/run.ts';
import {
  CHECKPOINTS_FOLDER,
  checkpointNames,
  listCheckpoints,
  readCheckpoint,
  type StoredCheckpoint,
} from '../store/checkpoints.ts';
import { CONFIG_FILE, configDirOf } from '../store/runFolder.ts';
import { requireInactive } from '../store/runManifest.ts';
import { readRun, readRunConfig } from '../store/runStore.ts';
import { UserError } from '../util/userError.ts';
import { openExperiment } from './openExperiment.ts';

export interface ResumeRequest {
  runDir: string;
  /** Name of a checkpoint; the newest by default. */
  from?: string;
  /** What to do with a config that is no longer what the run was made from. */
  changes: ConfigChanges;
  /** `key=value` pairs that are meant to change. */
  overrides?: readonly string[];
  engine?: EngineDefaults;
}

export interface ResumePlan {
  runDir: string;
  configPath: string;
  experiment: ResolvedExperiment;
  checkpoint: StoredCheckpoint;
}

/** Throws UserError `run.*`, `checkpoint.*`, `resume.changed`, `resume.cannotChange`. */
export async function planResume(request: ResumeRequest): Promise<ResumePlan> {
  const { runDir, from, changes, overrides = [], engine } = request;
  const { manifest } = await readRun(runDir);
  requireInactive(manifest);
  const saved = await readRunConfig(runDir);
  const configPath = join(configDirOf(runDir), manifest.config);
  const checkpoint = await chooseCheckpoint(runDir, from);
  const now = changes === 'ignore' ? undefined : await currentConfig(configPath, manifest, engine);
  if (now && changes === 'refuse') requireSame(compareExperiments(saved, now), manifest);
  const chosen = withOverrides(now && changes === 'apply' ? now : saved, overrides, runDir);
  requireFree(compareExperiments(saved, chosen));
  const { epochs } = chosen.training;
  // One that was killed while it was evaluated has that left to do.
  if (checkpoint.state.epochsDone >= epochs && manifest.status === 'completed') {
    throw new UserError({
      code: 'resume.finished',
      message: `${manifest.name} has done all its ${epochs} epochs.`,
      remedy: `To train on, raise them: --set training.epochs=${epochs * 2}.`,
    });
  }
  return { runDir, configPath, experiment: { ...chosen, engine: { ...chosen.engine, ...engine } }, checkpoint };
}

async function chooseCheckpoint(runDir: string, name: string | undefined): Promise<StoredCheckpoint> {
  const names = await checkpointNames(runDir);
  // One that is named is read alone: another one may be damaged.
  if (name !== undefined && names.includes(name)) return readCheckpoint(join(runDir, CHECKPOINTS_FOLDER, name));
  const newest = name === undefined ? (await listCheckpoints(runDir)).at(-1) : undefined;
  if (newest) return newest;
  throw new UserError(
    names.length === 0
      ? {
          code: 'checkpoint.none',
          message: `${basename(runDir)} has no checkpoint to go on from.`,
          remedy:
            'Checkpoints are saved at the end of epochs, and with training.checkpoints.everySteps within them. Train again.',
        }
      : {
          code: 'checkpoint.notFound',
          message: `${basename(runDir)} has no checkpoint "${name}".`,
          remedy: `There are ${names.sort().join(', ')}.`,
        },
  );
}

/** The config as it would train now, with what was changed for the run; undefined where the file is gone. */
async function currentConfig(
  configPath: string,
  { overrides }: RunManifest,
  engine: EngineDefaults | undefined,
): Promise<ResolvedExperiment | undefined> {
  const isThere = await stat(configPath).then(Boolean, () => false);
  return isThere ? openExperiment(configPath, { overrides, engine }) : undefined;
}

function withOverrides(
  experiment: ResolvedExperiment,
  overrides: readonly string[],
  runDir: string,
): ResolvedExperiment {
  if (overrides.length === 0) return experiment;
  return loadExperiment(overrideConfig(JSON.stringify(experiment, undefined, 2), overrides), join(runDir, CONFIG_FILE));
}

function requireSame(differences: readonly Difference[], { config }: RunManifest): void {
  if (differences.length === 0) return;
  throw new UserError({
    code: 'resume.changed',
    message: `${config} is no longer what the run was made from:\n${describeDifferences(differences)}\n`,
    remedy: 'Go on as the run was made with --as-saved, or with these changes with --allow-changes.',
  });
}

function requireFree(differences: readonly Difference[]): void {
  const fixed = differences.filter(({ isFree }) => !isFree);
  if (fixed.length === 0) return;
  throw new UserError({
    code: 'resume.cannotChange',
    message: `A run cannot change these on its way:\n${describeDifferences(fixed)}\n`,
    remedy: 'Start a new run; with fineTune.from it begins with these weights.',
  });
}
