// Somebody else's weights as a run: what becomes of each tensor, and then the folder, with status `imported`, that predicts, is evaluated,
// exported and fine-tuned like any other.
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ImportPlan, importTensors, planImport, withTokenRows } from '../engine/io/layout/planImport.ts';
import { describeSteps } from '../engine/io/layout/steps.ts';
import { encodeSafetensors } from '../engine/io/safetensors.ts';
import { FORMAT_NAMES, type WeightsFile } from '../engine/io/weightsFile.ts';
import type { ImportRequest, ImportTarget } from '../protocol/engineContract.ts';
import type { ImportPreview } from '../protocol/importPreview.ts';
import { type ResolvedExperiment, resolveExperiment, type WordTokenizerType } from '../schema/resolved.ts';
import type { ImportRecord } from '../schema/run.ts';
import { RunFolder } from '../store/runFolder.ts';
import { readForeignVocabulary } from '../text/foreignVocabulary.ts';
import { createTokenizer } from '../text/tokenizer.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import { readWeights } from './readWeights.ts';

/** What an import would do. Nothing is on disk yet. */
export interface PlannedImport {
  file: WeightsFile;
  plan: ImportPlan;
  labels: string[];
  experiment: ResolvedExperiment;
  /** The text of tokenizer.json. */
  tokenizer?: string;
  sourcePath: string;
}

/** Reads a file and says what becomes of it. Throws UserError of the readers, and of a vocabulary or labels that do not fit; CancelledError. */
export async function planRunImport(options: ImportRequest, signal?: AbortSignal): Promise<PlannedImport> {
  const { path } = options;
  const file = await readWeights(path, signal);
  await goOnUnlessCancelled(signal);
  const found = planImport(file, options);
  const vocabulary =
    options.vocabulary === undefined
      ? undefined
      : readForeignVocabulary(await readFile(options.vocabulary, 'utf8'), found.vocabularySize);
  const plan = vocabulary ? withTokenRows(found, vocabulary.rows) : found;
  const settings = tokenizerSettings(plan, vocabulary?.tokens, options.tokenizer);
  const tokenizer = vocabulary && createTokenizer(settings, vocabulary.tokens).toJson();
  return {
    file,
    plan,
    labels: labelsOf(plan, options.labels),
    experiment: experimentOf(plan, basename(path), settings),
    ...(tokenizer !== undefined && { tokenizer }),
    sourcePath: path,
  };
}

/** Tokens of one character each are characters. A language model of words keeps the ends of lines. */
function tokenizerSettings(
  { task }: ImportPlan,
  tokens: readonly string[] | undefined,
  given: ImportRequest['tokenizer'] = {},
): { type: WordTokenizerType; lowercase: boolean; keepsLineBreaks: boolean } {
  const own = tokens?.slice(2) ?? [];
  // A few tokens may be longer: the start and end of a text.
  const isCharacters = own.length > 0 && own.filter((token) => [...token].length > 1).length <= own.length / 100;
  const type = given.type ?? (isCharacters ? 'character' : 'word');
  return {
    type,
    lowercase: given.lowercase ?? false,
    keepsLineBreaks: task === 'languageModel' && type !== 'character',
  };
}

function labelsOf({ task, classCount }: ImportPlan, given: readonly string[] | undefined): string[] {
  if (task === 'languageModel' || classCount === undefined) return [];
  const labels = given ?? Array.from({ length: classCount }, (_, index) => String(index));
  if (labels.length === classCount && new Set(labels).size === classCount) return [...labels];
  throw new UserError({
    code: 'import.labels',
    message: `${labels.length} labels were given, and the head has ${classCount} classes.`,
    remedy: 'Give one label a class, each once, in the order of the head’s rows.',
  });
}

/** A config that says what is known: the model. Data and training are the defaults, to be filled in for fine-tuning. */
function experimentOf(
  plan: ImportPlan,
  name: string,
  { type, lowercase }: { type: WordTokenizerType; lowercase: boolean },
): ResolvedExperiment {
  const { task, model } = plan;
  const experiment = resolveExperiment(
    {
      task,
      data: { train: { path: 'data' } },
      text: { tokenizer: { type, lowercase } },
      model: { encoder: { type: 'lstm' } },
    },
    name,
  );
  return { ...experiment, model };
}

/** Lets a cancellation in that came while nobody listened: decoding and conversion hold the thread. Throws CancelledError. */
async function goOnUnlessCancelled(signal?: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal?.aborted) throw new CancelledError();
}

/**
 * Writes the run. Throws UserError `import.misfit` where the file does not fit, or not wholly and `isPartial` is not set, and CancelledError,
 * after which nothing of the run is there.
 */
export async function writeRunImport(
  planned: PlannedImport,
  { folder, isPartial }: ImportTarget,
  signal?: AbortSignal,
): Promise<string> {
  const { plan, labels, experiment, tokenizer, sourcePath } = planned;
  refuseMisfits(planned, isPartial);
  // Before the folder is made: a tensor that fails must leave nothing behind.
  const weights = encodeSafetensors(importTensors(plan), { format: 'pt' });
  await goOnUnlessCancelled(signal);
  const run = await RunFolder.create(join(folder, basename(sourcePath)), experiment);
  try {
    await run.writeModel(weights);
    await goOnUnlessCancelled(signal);
    if (tokenizer !== undefined) await run.writeTokenizer(tokenizer);
    await run.writeImport(await recordOf(planned, folder));
    await goOnUnlessCancelled(signal);
    await run.update({
      status: 'imported',
      labels,
      epochs: { done: 0, planned: 0 },
      endedAt: new Date().toISOString(),
    });
    await run.close();
  } catch (error) {
    await run.close().catch(() => undefined);
    await rm(run.dir, { recursive: true, force: true });
    throw error;
  }
  return run.dir;
}

function refuseMisfits({ plan: { problems, reservations }, sourcePath }: PlannedImport, isPartial: boolean): void {
  const reasons = isPartial ? problems : [...problems, ...reservations];
  if (reasons.length === 0) return;
  throw new UserError({
    code: 'import.misfit',
    message: `The weights do not make a model of Gatescope:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}\n`,
    remedy:
      problems.length === 0
        ? 'Import what fits with --partial: the rest is left out, and said in the run.'
        : 'Only models of embedding, LSTM, GRU or RNN layers, and one dense layer can be imported.',
    place: { path: sourcePath },
  });
}

/** The plan as data, for whoever decides. */
export function previewImport({ file, plan }: PlannedImport): ImportPreview {
  const { task, model, vocabularySize, classCount, rows, problems, reservations, notes } = plan;
  return {
    format: FORMAT_NAMES[file.format],
    task,
    model,
    vocabularySize,
    ...(classCount !== undefined && { classCount }),
    tensors: rows.map(({ to, shape, from, steps }) => ({
      name: to,
      shape,
      ...(from && { from: from.name, fromShape: from.shape }),
      how: from ? describeSteps(steps) : 'zeros',
    })),
    problems,
    reservations,
    notes,
  };
}

/** Where the weights came from, and what became of each tensor. */
async function recordOf(planned: PlannedImport, folder: string): Promise<ImportRecord> {
  const { sourcePath } = planned;
  const { format, tensors, notes, reservations } = previewImport(planned);
  const bytes = await readFile(sourcePath).catch(() => undefined);
  return {
    schemaVersion: 1,
    source: relative(folder, sourcePath),
    ...(bytes && { sha256: createHash('sha256').update(bytes).digest('hex') }),
    format,
    tensors,
    notes: [...notes, ...reservations],
  };
}
