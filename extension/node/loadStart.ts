// Where the weights of a fine-tuned run come from: a run, one of its checkpoints, or a folder or file of weights.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { decodeSafetensors } from '../engine/io/safetensors.ts';
import type { StartSource } from '../engine/params/startWeights.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { CHECKPOINTS_FOLDER } from '../store/checkpoints.ts';
import { MODEL_FILE, TOKENIZER_FILE } from '../store/runFolder.ts';
import { MANIFEST_FILE } from '../store/runManifest.ts';
import { listRuns, readRun, resolveRun } from '../store/runStore.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { type Tokenizer, tokensOf } from '../text/types.ts';
import { inFile, UserError } from '../util/userError.ts';

export interface LoadedStart extends StartSource {
  /** As config.json keeps it: relative to the config's folder. */
  from: string;
  /** SHA-256, hex, of the file of weights. */
  hash: string;
  tokenizer?: Tokenizer;
}

/** Undefined where a run starts from fresh weights. Throws UserError `fineTune.from`, `run.*`, `safetensors.*`, `tokenizer.*`. */
export async function loadStart({ fineTune }: ResolvedExperiment, configDir: string): Promise<LoadedStart | undefined> {
  if (fineTune?.from === undefined) return undefined;
  const path = await locate(fineTune.from, configDir);
  const { weightsPath, folder, runDir } = await partsOf(path);
  if (!weightsPath.endsWith('.safetensors')) throw otherFormat(weightsPath);
  const bytes = await readFile(weightsPath);
  const { tensors } = inFile(weightsPath, decodeSafetensors, bytes);
  const tokenizer = await readTokenizer(runDir ?? folder);
  const manifest = runDir === undefined ? undefined : (await readRun(runDir)).manifest;
  return {
    from: relative(configDir, path) || '.',
    hash: createHash('sha256').update(bytes).digest('hex'),
    tensors,
    tokenizer,
    vocabulary: tokenizer && tokensOf(tokenizer),
    labels: manifest?.labels,
  };
}

/** Absolute path of a run, folder or file. An id is looked for among the runs beside the config. */
async function locate(from: string, configDir: string): Promise<string> {
  const asPath = resolve(configDir, from);
  if (await exists(asPath)) return asPath;
  const runsDir = join(configDir, '.gatescope', 'runs');
  if (from === 'latest') {
    const latest = (await listRuns(runsDir)).find(
      ({ manifest: { best, status } }) => best !== undefined || status === 'imported',
    );
    if (latest) return latest.dir;
  }
  return (await resolveRun(from, configDir)).dir;
}

/** The file of weights, the folder it lies in, and the run that it belongs to. */
async function partsOf(path: string): Promise<{ weightsPath: string; folder: string; runDir?: string }> {
  const isFolder = (await stat(path)).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const weightsPath = isFolder ? join(path, MODEL_FILE) : path;
  if (!(await exists(weightsPath))) {
    throw new UserError({
      code: 'fineTune.from',
      message: `${path} has no ${MODEL_FILE}.`,
      remedy: 'Give a run with weights, or a folder or file of safetensors.',
    });
  }
  const ofCheckpoint = dirname(dirname(folder));
  const candidates = [folder, ...(dirname(folder) === join(ofCheckpoint, CHECKPOINTS_FOLDER) ? [ofCheckpoint] : [])];
  for (const runDir of candidates)
    if (await exists(join(runDir, MANIFEST_FILE))) return { weightsPath, folder, runDir };
  return { weightsPath, folder };
}

/** Names and layouts of other frameworks are mapped by an import, which shows what becomes of each tensor. */
function otherFormat(path: string): UserError {
  return new UserError({
    code: 'fineTune.from',
    message: `${path} is no safetensors file.`,
    remedy: 'Import it first (gatescope import), and start from that run.',
  });
}

async function readTokenizer(folder: string): Promise<Tokenizer | undefined> {
  const path = join(folder, TOKENIZER_FILE);
  return (await exists(path)) ? loadTokenizer(await readFile(path, 'utf8')) : undefined;
}

const exists = (path: string): Promise<boolean> => stat(path).then(Boolean, () => false);
