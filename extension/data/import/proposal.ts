// What is proposed of a dataset that nobody described yet: a manifest, and the reason for each thing in it.
import type { Dataset, DatasetFile } from '../../schema/dataset.ts';
import type { DatasetPart } from '../../schema/source.ts';
import type { FileSource } from '../types.ts';
import { type LookedAtFile, lookAtFile } from './lookAtFile.ts';
import { datasetName, otherParts } from './partNames.ts';
import { readProvenance } from './provenance.ts';

export interface Reason {
  /** `format`, `encoding`, `header`, `text`, `label`, `part`, `licence` … */
  what: string;
  value: string;
  reason: string;
}

export interface Proposal {
  /** Paths of files are absolute. */
  manifest: Dataset;
  /** What the manifest would be called. */
  name: string;
  /** The folder of the data, absolute. */
  folder: string;
  /**
   * Where the manifest belongs, absolute: beside the file or the folder that was named. In a folder of data it would be taken for data by
   * other programs, and configs beside the folder would not find it by its name.
   */
  home: string;
  reasons: Reason[];
}

/** A file, with those beside it that hold its other parts. */
export async function proposeFile(path: string, files: FileSource): Promise<Proposal> {
  const [folder, name] = [parentOf(path), nameOf(path)];
  const looked = await lookAtFile(path, files);
  const reasons = [...looked.reasons];
  const parts: DatasetFile[] = [{ ...looked.file, part: 'train' }];
  const taken = new Set<DatasetPart>();
  for (const other of otherParts(name, await files.list(folder))) {
    if (taken.has(other.part)) {
      reasons.push({ what: other.part, value: other.name, reason: 'left out: another file has this part' });
      continue;
    }
    taken.add(other.part);
    const beside = await lookAtFile(`${folder}/${other.name}`, files);
    parts.push({ ...sameColumns(looked.file, beside.file), part: other.part });
    reasons.push({ what: other.part, value: other.name, reason: `it lies beside ${name}` });
  }
  return finish({ folder, name: datasetName(nameOf(folder), name), looked, parts, reasons }, files);
}

/** A file beside another is read as that one is; its encoding is its own. */
function sameColumns(first: DatasetFile, { path, encoding, format }: DatasetFile): DatasetFile {
  return format === first.format ? { ...first, path, ...(encoding ? { encoding } : {}) } : { ...first, path };
}

export interface Found {
  folder: string;
  /** Whether all of the folder is the dataset. */
  isWholeFolder?: boolean;
  name: string;
  looked: Pick<LookedAtFile, 'isText' | 'labels'>;
  parts: DatasetFile[];
  reasons: Reason[];
}

/** The manifest of what was found: with sizes, licence and source, and a part to validate on where there is none. */
export async function finish(found: Found, files: FileSource): Promise<Proposal> {
  const { folder, name, looked, parts, reasons, isWholeFolder = false } = found;
  const said = await readProvenance(folder, files);
  const sized: DatasetFile[] = [];
  for (const file of parts) {
    const isFile = (await files.kind(file.path)) === 'file';
    sized.push(isFile ? { ...file, bytes: await files.size(file.path) } : file);
  }
  const needsValidation = !looked.isText && !parts.some(({ part }) => part === 'validation');
  const splits = { validation: 0.1, seed: 1 };
  const why = { what: 'splits', value: '0.1 of the rows, seed 1', reason: 'no file is there to validate on' };
  return {
    folder,
    home: isWholeFolder ? parentOf(folder) : folder,
    name,
    manifest: {
      name,
      ...said.facts,
      ...(looked.isText ? { kind: 'text' } : {}),
      files: sized,
      ...(looked.labels ? { labels: looked.labels } : {}),
      ...(needsValidation ? { splits } : {}),
    },
    reasons: [...reasons, ...said.reasons, ...(needsValidation ? [why] : [])],
  };
}

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
