// Columns of a data file, by its header.
import { type ColumnSource, type Completion, type CompletionSources, quoted } from './completion.ts';

const MAX_EXAMPLE_CHARACTERS = 60;

/** `source` is what stands in the text by now: an object with a path, or anything else. */
export async function completeColumns(
  source: unknown,
  { columns }: Pick<CompletionSources, 'columns'>,
): Promise<Completion[]> {
  const known = columnSource(source);
  if (!known) return [];
  return (await columns(known)).map(({ column, example }) => {
    const flat = example.replace(/\s+/g, ' ').trim();
    const detail = flat.length > MAX_EXAMPLE_CHARACTERS ? `${flat.slice(0, MAX_EXAMPLE_CHARACTERS)}…` : flat;
    const text = typeof column === 'string' ? quoted(column) : String(column);
    return { kind: 'column', label: String(column), text, detail };
  });
}

function columnSource(source: unknown): ColumnSource | undefined {
  const { path, format, delimiter, header } = (
    typeof source === 'object' && source !== null ? source : {}
  ) as ColumnSource;
  if (typeof path !== 'string' || path === '') return undefined;
  return {
    path,
    ...(typeof format === 'string' && { format }),
    ...(typeof delimiter === 'string' && delimiter.length === 1 && { delimiter }),
    ...(typeof header === 'boolean' && { header }),
  };
}
