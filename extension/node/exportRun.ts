// Writes a run in the format of another library into a folder of its own.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ExportedModel } from '../engine/io/export/exportedModel.ts';
import { exportModel } from '../engine/io/export/exportModel.ts';
import { decodeSafetensors } from '../engine/io/safetensors.ts';
import { loadParams } from '../engine/params/paramStore.ts';
import type { WrittenExport } from '../protocol/engineContract.ts';
import type { ExportFormat } from '../schema/exportFormats.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';
import { MODEL_FILE, TOKENIZER_FILE } from '../store/runFolder.ts';
import { readRun, readRunConfig } from '../store/runStore.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { inFile, UserError } from '../util/userError.ts';
import { readPart } from './runWeights.ts';

/**
 * Writes the files of an export. A folder that has files already is refused, so that nothing of anybody's is overwritten.
 * Throws UserError `run.noModel`, `export.incomplete`, `export.folderInUse`.
 */
export async function exportRun(runDir: string, format: ExportFormat, folder: string): Promise<WrittenExport> {
  const { files, losses } = exportModel(await readModel(runDir), format);
  if ((await listFolder(folder)).length > 0) {
    throw new UserError({
      code: 'export.folderInUse',
      message: `${folder} is not empty.`,
      remedy: 'Give another folder, or empty it first.',
    });
  }
  await mkdir(folder, { recursive: true });
  for (const { name, content } of files) await writeFileAtomic(join(folder, name), content);
  return { folder, files: files.map(({ name }) => name), losses };
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readModel(runDir: string): Promise<ExportedModel> {
  const { manifest } = await readRun(runDir);
  const experiment = await readRunConfig(runDir);
  const path = join(runDir, MODEL_FILE);
  const { tensors } = inFile(path, decodeSafetensors, await readPart(path, { runDir, manifest }));
  const tokenizer = await readFile(join(runDir, TOKENIZER_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && manifest.status === 'imported') return undefined;
    throw error;
  });
  const table = tensors.find(({ name }) => name === 'embedding.weight' || name === 'encoder.weight_ih_l0');
  const { labels, name, task } = manifest;
  const isTable = table?.name === 'embedding.weight';
  const vocabularySize =
    tokenizer === undefined ? (table?.shape[isTable ? 0 : 1] ?? 0) : loadTokenizer(tokenizer).vocabularySize;
  if (!tensors.some((tensor) => tensor.name === 'head.weight')) {
    throw new UserError({
      code: 'export.incomplete',
      message: `${basename(runDir)} has no head: it was imported in part.`,
      remedy: 'Fine-tune it first, and export the result.',
    });
  }
  // Throws where weights and config do not belong together.
  const classCount = task === 'languageModel' ? vocabularySize : labels.length;
  const params = loadParams({ model: experiment.model, vocabularySize, classCount }, tensors);
  return { name, experiment, labels, vocabularySize, tokenizer, tensors: params.save() };
}
