// A folder as a dataset: saved by the library `datasets`, shards of Parquet, files by part, one class a file, or one class a folder.
import type { DatasetFile } from '../../schema/dataset.ts';
import type { DatasetPart } from '../../schema/source.ts';
import { UserError } from '../../util/userError.ts';
import { NOT_DATA } from '../folderSource.ts';
import type { FileSource } from '../types.ts';
import { classNames, readInfo, savedSplits } from './huggingFace.ts';
import { lookAtFile } from './lookAtFile.ts';
import { partOfName } from './partNames.ts';
import { finish, nameOf, type Proposal, proposeFile, type Reason } from './proposal.ts';

const MAX_LISTED = 10;

export async function proposeFolder(path: string, files: FileSource): Promise<Proposal> {
  const folder = path.replace(/\/+$/, '');
  const { names, folders } = await contentOf(folder, files);
  return (
    (await proposeSaved(folder, files)) ??
    (await proposeShards(folder, names, files)) ??
    (folders.includes('data')
      ? await proposeShards(folder, await shardsIn(`${folder}/data`, files), files)
      : undefined) ??
    (await proposeNamedParts(folder, names, files)) ??
    (await proposeClassFolders(folder, folders, files)) ??
    (await proposeClassFiles(folder, names, files))
  );
}

async function contentOf(folder: string, files: FileSource): Promise<{ names: string[]; folders: string[] }> {
  const names: string[] = [];
  const folders: string[] = [];
  for (const name of await files.list(folder)) {
    if (NOT_DATA.test(name) || name.endsWith('.dataset.json') || name.endsWith('.gatescope.json')) continue;
    ((await files.kind(`${folder}/${name}`)) === 'folder' ? folders : names).push(name);
  }
  return { names, folders };
}

async function proposeSaved(folder: string, files: FileSource): Promise<Proposal | undefined> {
  const splits = (await savedSplits(folder, files)).filter(({ paths }) => paths.length > 0);
  if (splits.length === 0) return undefined;
  const train = splits.find(({ part }) => part === 'train') ?? splits[0];
  const looked = await lookAtFile(train.paths[0], files);
  const { features } = await readInfo(train.folder, files);
  const parts = splits.flatMap(({ part, paths }): DatasetFile[] =>
    paths.map((path) => ({ ...looked.file, path, part })),
  );
  const reasons: Reason[] = [
    { what: 'folder', value: nameOf(folder), reason: 'saved by the library `datasets`' },
    ...looked.reasons,
    ...splits.map(({ part, paths }) => ({
      what: part,
      value: `${paths.length} files`,
      reason: 'by the name of the folder',
    })),
  ];
  const labels = classNames(features, looked.file.labelColumn) ?? looked.labels;
  return finish(
    { folder, isWholeFolder: true, name: nameOf(folder), looked: { ...looked, labels }, parts, reasons },
    files,
  );
}

async function shardsIn(folder: string, files: FileSource): Promise<string[]> {
  return (await files.list(folder)).map((name) => `data/${name}`);
}

async function proposeShards(
  folder: string,
  names: readonly string[],
  files: FileSource,
): Promise<Proposal | undefined> {
  const shards = names.filter((name) => /\.(?:parquet|arrow)$/i.test(name));
  if (shards.length === 0) return undefined;
  const looked = await lookAtFile(`${folder}/${shards[0]}`, files);
  const parts = shards.map((name): DatasetFile => {
    const part = partOfName(nameOf(name))?.part ?? 'train';
    return { ...looked.file, path: `${folder}/${name}`, part };
  });
  const counts = new Map<DatasetPart, number>();
  for (const { part = 'train' } of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
  const byPart = [...counts].map(([part, count]) => ({
    what: part,
    value: `${count} files`,
    reason: 'by their names',
  }));
  return finish(
    { folder, isWholeFolder: true, name: nameOf(folder), looked, parts, reasons: [...looked.reasons, ...byPart] },
    files,
  );
}

/** One training file with the other parts beside it, or the only file there is. */
async function proposeNamedParts(
  folder: string,
  names: readonly string[],
  files: FileSource,
): Promise<Proposal | undefined> {
  const training = names.filter((name) => partOfName(name)?.part === 'train');
  const only = training.length === 0 && names.length === 1 ? names : training;
  if (only.length > 1) throw several(folder, only);
  if (only.length === 0) return undefined;
  const { reasons, ...proposal } = await proposeFile(`${folder}/${only[0]}`, files);
  return { ...proposal, reasons: [{ what: 'train', value: only[0], reason: 'by its name' }, ...reasons] };
}

function several(folder: string, names: readonly string[]): UserError {
  return new UserError({
    code: 'dataset.several',
    message: `Which file of ${folder} is the dataset? It holds ${names.slice(0, MAX_LISTED).join(', ')}.`,
    remedy: 'Name one of these files; the other parts beside it come along.',
  });
}

async function proposeClassFolders(
  folder: string,
  folders: readonly string[],
  files: FileSource,
): Promise<Proposal | undefined> {
  if (folders.length === 0) return undefined;
  const parts = folders.flatMap((name): DatasetFile[] => {
    const part = partOfName(name);
    const isWhole = part?.before === '' && part.after === '';
    return isWhole ? [{ path: `${folder}/${name}`, format: 'folderPerClass', part: part.part }] : [];
  });
  const hasTraining = parts.some(({ part }) => part === 'train');
  const all: DatasetFile[] = hasTraining ? parts : [{ path: folder, format: 'folderPerClass', part: 'train' }];
  const classes = hasTraining ? await classFolders(all[0].path, files) : folders.map((name) => `${folder}/${name}`);
  await requireTexts(folder, classes, files);
  const reasons: Reason[] = [
    { what: 'format', value: 'folderPerClass', reason: 'it holds folders' },
    ...all.map(({ path, part = 'train' }) => ({ what: part, value: nameOf(path), reason: 'by its name' })),
  ];
  return finish(
    { folder, isWholeFolder: true, name: nameOf(folder), looked: { isText: false }, parts: all, reasons },
    files,
  );
}

async function proposeClassFiles(folder: string, names: readonly string[], files: FileSource): Promise<Proposal> {
  if (names.length < 2) throw noData(folder);
  for (const name of names) {
    const { isText, file } = await lookAtFile(`${folder}/${name}`, files);
    if (!isText || file.format !== 'text') throw several(folder, names);
  }
  const parts: DatasetFile[] = [{ path: folder, format: 'filePerClass', part: 'train' }];
  const reasons: Reason[] = [
    { what: 'format', value: 'filePerClass', reason: `it holds ${names.length} text files, one a class` },
    {
      what: 'label',
      value: names
        .slice(0, 3)
        .map((name) => name.replace(/\.[^.]*$/, ''))
        .join(', '),
      reason: 'the names of the files',
    },
  ];
  return finish(
    { folder, isWholeFolder: true, name: nameOf(folder), looked: { isText: false }, parts, reasons },
    files,
  );
}

async function classFolders(path: string, files: FileSource): Promise<string[]> {
  return (await files.list(path)).filter((name) => !name.startsWith('.')).map((name) => `${path}/${name}`);
}

/** The first file in any of the folders must be a text. */
async function requireTexts(folder: string, candidates: readonly string[], files: FileSource): Promise<void> {
  for (const path of candidates) {
    for (const name of await files.list(path)) {
      if (name.startsWith('.') || (await files.kind(`${path}/${name}`)) !== 'file') continue;
      await lookAtFile(`${path}/${name}`, files);
      return;
    }
  }
  throw noData(folder);
}

function noData(folder: string): UserError {
  return new UserError({
    code: 'dataset.noData',
    message: `${folder} holds no data that could be a dataset.`,
    remedy: 'Name a file with texts, or a folder with a file or a folder a class.',
  });
}
