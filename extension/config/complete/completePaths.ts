// Files and folders that a key may name, relative to the file that is completed: those of a fitting kind first.
import type { FileProbe } from '../checkFiles.ts';
import { type Completion, quoted } from './completion.ts';

export interface PathWish {
  /** Endings of the files that fit, with their dots. */
  endings: readonly string[];
  /** Whether paths may lead out of the folder; a manifest's may not. */
  isBound?: boolean;
}

export const DATA_ENDINGS = ['.csv', '.tsv', '.tab', '.jsonl', '.ndjson', '.json', '.parquet', '.arrow', '.txt'];
export const VECTOR_ENDINGS = ['.vec', '.txt', '.bin', '.safetensors', '.npz', '.npy', '.pt', '.pth'];
export const WEIGHT_ENDINGS = ['.safetensors', '.pt', '.pth', '.bin', '.h5', '.hdf5', '.keras', '.npz', '.onnx'];
export const TOKEN_ENDINGS = ['.json', '.txt'];

const MAX_NAMES = 500;
/** Files of this project that no key of this kind names. */
const OWN = ['.gatescope.json', '.dataset.json'];
/** Folders that hold programs. */
const NOT_DATA = ['node_modules', '__pycache__'];

interface Entry {
  path: string;
  kind: 'file' | 'folder';
  fits: boolean;
}

/** `typed`: the path up to the cursor. What stands in the folder that it leads to, and while nothing is typed one folder further down. */
export async function completePaths(typed: string, wish: PathWish, probe: FileProbe): Promise<Completion[]> {
  const folder = typed.replaceAll('\\\\', '/').replace(/[^/]*$/, '');
  if (wish.isBound && (/^(?:\/|[a-zA-Z]:)/.test(folder) || folder.split('/').includes('..'))) return [];
  const entries = await list(folder, wish, probe);
  const below = typed === '' ? await listBelow(entries, wish, probe) : [];
  return [...entries, ...below].sort(byUse).map(toCompletion);
}

async function list(folder: string, wish: PathWish, probe: FileProbe): Promise<Entry[]> {
  const names = (await probe.list(probe.resolve(folder || '.'))).filter(isOffered).slice(0, MAX_NAMES);
  const entries = names.map(async (name): Promise<Entry | undefined> => {
    const path = folder + name;
    const kind = await probe.kind(probe.resolve(path));
    return (
      kind && { path, kind, fits: kind === 'file' && wish.endings.some((end) => name.toLowerCase().endsWith(end)) }
    );
  });
  return (await Promise.all(entries)).filter((entry) => entry !== undefined);
}

async function listBelow(entries: readonly Entry[], wish: PathWish, probe: FileProbe): Promise<Entry[]> {
  const folders = entries.filter(({ kind }) => kind === 'folder').slice(0, 20);
  const lists = await Promise.all(folders.map(({ path }) => list(`${path}/`, wish, probe)));
  return lists.flat().filter(({ fits }) => fits);
}

function isOffered(name: string): boolean {
  return !name.startsWith('.') && !NOT_DATA.includes(name) && !OWN.some((end) => name.endsWith(end));
}

/** Files that fit, then folders, then what else is there; names in their order. */
function byUse(a: Entry, b: Entry): number {
  const rank = ({ fits, kind }: Entry): number => (fits ? 0 : kind === 'folder' ? 1 : 2);
  return rank(a) - rank(b) || (a.path < b.path ? -1 : 1);
}

function toCompletion({ path, kind }: Entry): Completion {
  if (kind === 'file') return { kind, label: path, text: quoted(path) };
  // The cursor stays within the quotes, where the names in the folder are offered next.
  const text = quoted(`${path}/`);
  return { kind, label: `${path}/`, text, selected: { start: text.length - 1, end: text.length - 1 }, goesOn: true };
}
