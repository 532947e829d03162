// Where the weights of a fine-tuned run come from: a run, one of its checkpoints, or a file of weights of any library.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { encodeSafetensors } from '../engine/io/safetensors.ts';
import type { StartSource } from '../engine/params/startWeights.ts';
import type { NamedTensor } from '../engine/types.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { startsMeant } from '../schema/runReference.ts';
import { CHECKPOINTS_FOLDER } from '../store/checkpoints.ts';
import { MODEL_FILE, TOKENIZER_FILE } from '../store/runFolder.ts';
import { MANIFEST_FILE } from '../store/runManifest.ts';
import { listRuns, readRun, resolveRun } from '../store/runStore.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { type Tokenizer, tokensOf } from '../text/types.ts';
import { UserError } from '../util/userError.ts';
import { readForeignStart, requireVocabulary } from './foreignStart.ts';

export interface LoadedStart extends StartSource {
  /** As config.json keeps it: relative to the config's folder. */
  from: string;
  /** SHA-256, hex, of the file of weights. */
  hash: string;
  tokenizer?: Tokenizer;
  /** What of a file was assumed, and what was left out, for the user. */
  notes: string[];
  leftOut: string[];
}

/** Undefined where a run starts from fresh weights. Throws UserError `fineTune.*`, `run.*`, `weights.*`, `safetensors.*`, `tokenizer.*`, `vocabulary.*`. */
export async function loadStart(experiment: ResolvedExperiment, configDir: string): Promise<LoadedStart | undefined> {
  const { fineTune, model } = experiment;
  if (fineTune?.from === undefined) return undefined;
  const path = await locate(fineTune.from, configDir);
  const { weightsPath, folder, runDir } = await partsOf(path);
  const tokenizer = fineTune.tokens === undefined ? await readTokenizer(runDir ?? folder) : undefined;
  const read = await readForeignStart(weightsPath, experiment, configDir);
  const vocabulary = tokenizer ? tokensOf(tokenizer) : read.vocabulary;
  requireVocabulary(weightsPath, { ...read, vocabulary }, model);
  const manifest = runDir === undefined ? undefined : (await readRun(runDir)).manifest;
  return {
    from: relative(configDir, path) || '.',
    hash: await hashOf(weightsPath, read.tensors),
    tensors: read.tensors,
    tokenizer,
    vocabulary,
    labels: manifest?.labels ?? read.labels,
    notes: read.notes,
    leftOut: read.leftOut,
  };
}

/** Of the file; of a folder with several files that of its tensors, written as safetensors. */
async function hashOf(path: string, tensors: readonly NamedTensor[]): Promise<string> {
  const isWhole = (await stat(path)).isFile() && !path.endsWith('.json');
  return createHash('sha256')
    .update(isWhole ? await readFile(path) : encodeSafetensors(tensors, { format: 'pt' }))
    .digest('hex');
}

/** Absolute path of a run, folder or file. An id is looked for among the runs beside the config. */
async function locate(from: string, configDir: string): Promise<string> {
  const asPath = resolve(configDir, from);
  if (await exists(asPath)) return asPath;
  const runs = await listRuns(join(configDir, '.gatescope', 'runs'));
  const meant = startsMeant(
    from,
    runs.map(({ dir, manifest }) => ({ ...manifest, dir })),
  );
  if (meant.length === 1) return meant[0].dir;
  // It looks further, and says what is wrong.
  return (await resolveRun(from, configDir)).dir;
}

/** The file of weights, the folder it lies in, and the run that it belongs to. */
async function partsOf(path: string): Promise<{ weightsPath: string; folder: string; runDir?: string }> {
  const isFolder = (await stat(path)).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const weightsPath = isFolder && (await exists(join(path, MODEL_FILE))) ? join(path, MODEL_FILE) : path;
  const ofCheckpoint = dirname(dirname(folder));
  const candidates = [folder, ...(dirname(folder) === join(ofCheckpoint, CHECKPOINTS_FOLDER) ? [ofCheckpoint] : [])];
  for (const runDir of candidates) {
    if (!(await exists(join(runDir, MANIFEST_FILE)))) continue;
    if (isFolder && weightsPath === path) throw noWeights(path);
    return { weightsPath, folder, runDir };
  }
  return { weightsPath, folder };
}

function noWeights(path: string): UserError {
  return new UserError({
    code: 'fineTune.from',
    message: `The run ${path} has no ${MODEL_FILE}.`,
    remedy: 'Give a run with weights, or a file of weights.',
  });
}

async function readTokenizer(folder: string): Promise<Tokenizer | undefined> {
  const path = join(folder, TOKENIZER_FILE);
  return (await exists(path)) ? loadTokenizer(await readFile(path, 'utf8')) : undefined;
}

const exists = (path: string): Promise<boolean> => stat(path).then(Boolean, () => false);
