// Completion in a dataset manifest: files below it, and columns of the files that it names.
import { completeColumns } from './completeColumns.ts';
import { completePaths, DATA_ENDINGS } from './completePaths.ts';
import { type Completion, type CompletionSources, type Completions, quoted } from './completion.ts';
import { completeAt, type Place, type Rule, valueAt } from './rules.ts';

const RULES: readonly Rule[] = [
  {
    path: ['files', '*', 'path'],
    offer: ({ cursor, sources }) =>
      completePaths(cursor.typed, { endings: DATA_ENDINGS, isBound: true }, sources.probe),
  },
  { path: ['files', '*', 'textColumn'], offer: columnsOfFile },
  { path: ['files', '*', 'labelColumn'], offer: columnsOfFile },
  { path: ['splits', 'groupColumn'], offer: columnsOfAll },
  { path: ['exclude', '*', 'path'], offer: filesOf },
];

/** What may stand at `offset`; undefined where the schema, or nobody, knows more. */
export function completeManifest(
  text: string,
  offset: number,
  sources: CompletionSources,
): Promise<Completions | undefined> {
  return completeAt(RULES, { text, offset, sources });
}

function columnsOfFile({ cursor, root, sources }: Place): Promise<Completion[]> {
  return completeColumns(valueAt(root, cursor.path.slice(0, -1)), sources);
}

/** Columns that every file has. */
async function columnsOfAll({ root, sources }: Place): Promise<Completion[]> {
  const files = valueAt(root, ['files']);
  const lists = await Promise.all((Array.isArray(files) ? files : []).map((file) => completeColumns(file, sources)));
  const [first = [], ...others] = lists.filter((list) => list.length > 0);
  return first.filter(({ text }) => others.every((list) => list.some((column) => column.text === text)));
}

function filesOf({ root }: Place): Completion[] {
  const files = valueAt(root, ['files']);
  const paths = (Array.isArray(files) ? files : []).flatMap((file: { path?: unknown }) => file?.path ?? []);
  const names = [...new Set(paths.filter((path) => typeof path === 'string'))];
  return names.map((path) => ({ kind: 'file', label: path, text: quoted(path) }));
}
