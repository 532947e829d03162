// Import: from a file or folder to a manifest that is written beside it.
import { basename, dirname, join, relative, sep } from 'node:path';
import { flattenLines } from '../config/editManifest.ts';
import type { PlacedDataset } from '../data/dataset/openDataset.ts';
import type { Proposal, Reason } from '../data/import/proposal.ts';
import { proposeDataset } from '../data/import/proposeDataset.ts';
import { DATASET_SUFFIX, type Dataset } from '../schema/dataset.ts';
import { writeFileAtomic } from '../store/atomicWrite.ts';
import { UserError } from '../util/userError.ts';
import { createFileSource } from './fileSource.ts';

export interface ImportProposal {
  dataset: PlacedDataset;
  reasons: Reason[];
}

export interface ImportWishes {
  /** The manifest to write, absolute; by default it lies beside the data. */
  out?: string;
  /** The folder that the user works in, absolute: the manifest of a folder around it, or of itself, lies in that folder. */
  workFolder?: string;
  /** Columns by name or 0-based number, in the place of those that are found. */
  text?: string | number;
  label?: string | number;
}

/** Looks at a file or folder. */
export async function proposeImport(path: string, wishes: ImportWishes = {}): Promise<ImportProposal> {
  const { out, workFolder } = wishes;
  const found = await proposeDataset(path.split(sep).join('/'), createFileSource());
  const { manifest, name, folder, home, reasons } = withWishes(found, wishes);
  const isAround = workFolder !== undefined && isWithin(workFolder, folder);
  const target = manifestPath(out, { name, home: isAround ? folder : home });
  const own = basename(target).slice(0, -DATASET_SUFFIX.length);
  const files = manifest.files.map((file) => ({ ...file, path: within(file.path, dirname(target)) }));
  const placed: Dataset = { ...manifest, name: out ? own : name, files };
  return { dataset: { manifest: placed, path: target, folder: dirname(target) }, reasons };
}

function withWishes(proposal: Proposal, { text, label }: ImportWishes): Proposal {
  if (text === undefined && label === undefined) return proposal;
  const asked = (what: string, value: string | number | undefined): Reason[] =>
    value === undefined ? [] : [{ what, value: String(value), reason: 'as asked for' }];
  const files = proposal.manifest.files.map((file) => ({
    ...file,
    ...(text === undefined ? {} : { textColumn: text }),
    ...(label === undefined ? {} : { labelColumn: label }),
  }));
  const { kind, ...manifest } = proposal.manifest;
  const isText = kind === 'text' && label === undefined;
  const kept = proposal.reasons.filter(
    ({ what }) => !(what === 'text' && text !== undefined) && !(what === 'label' && label !== undefined),
  );
  return {
    ...proposal,
    manifest: { ...manifest, ...(isText ? { kind } : {}), files },
    reasons: [...kept, ...asked('text', text), ...asked('label', label)],
  };
}

function manifestPath(out: string | undefined, { name, home }: Pick<Proposal, 'name' | 'home'>): string {
  if (out === undefined) return join(home, `${name}${DATASET_SUFFIX}`);
  return out.endsWith(DATASET_SUFFIX) ? out : `${out}${DATASET_SUFFIX}`;
}

/** Whether a path is that of the folder or of something in it. */
function isWithin(path: string, folder: string): boolean {
  const inFolder = relative(folder, path).split(sep).join('/');
  return !(inFolder === '..' || inFolder.startsWith('../') || /^(?:\/|[a-zA-Z]:)/.test(inFolder));
}

function within(path: string, folder: string): string {
  if (isWithin(path, folder)) return relative(folder, path).split(sep).join('/') || '.';
  throw new UserError({
    code: 'dataset.pathOutside',
    message: `${path} is outside ${folder}, where the manifest would be.`,
    remedy: 'Give --out in the folder of the data or above it: a manifest names nothing outside its folder.',
  });
}

/** Throws UserError `dataset.exists`. */
export async function writeManifest({ manifest, path }: PlacedDataset, mayReplace: boolean): Promise<void> {
  if (!mayReplace && (await createFileSource().kind(path)) !== undefined) {
    throw new UserError({
      code: 'dataset.exists',
      message: `${path} is already there.`,
      remedy: 'Give another --out, or --replace to lose what it says.',
    });
  }
  await writeFileAtomic(path, manifestText(manifest));
}

export const manifestText = (manifest: Dataset): string => `${flattenLines(JSON.stringify(manifest, undefined, 2))}\n`;
