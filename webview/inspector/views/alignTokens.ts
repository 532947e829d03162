// Which token of one text stands beside which token of another: columns from the fewest edits. Pure.
// Invariant: every token of both texts is in exactly one column, in order, and tokens outside the edited part stand beside themselves.

export type ColumnKind = 'same' | 'changed' | 'deleted' | 'inserted';

export interface AlignedColumn {
  kind: ColumnKind;
  /** Index in the text before the edit; undefined where the token was inserted. */
  before?: number;
  /** Index in the text after the edit; undefined where the token was deleted. */
  after?: number;
}

/** Above this many pairs of edited tokens the edited part is laid side by side instead: 16 MB of distances. */
const MAX_PAIRS = 8_000_000;

/** Columns of `before` and `after` with the fewest changed, deleted and inserted tokens (Levenshtein). */
export function alignTokens(before: readonly string[], after: readonly string[]): AlignedColumn[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const same = (count: number, fromBefore: number, fromAfter: number): AlignedColumn[] =>
    Array.from({ length: count }, (_, at) => ({ kind: 'same', before: fromBefore + at, after: fromAfter + at }));
  const middle = alignEdited(before.slice(head, before.length - tail), after.slice(head, after.length - tail)).map(
    (column) => shift(column, head),
  );
  return [...same(head, 0, 0), ...middle, ...same(tail, before.length - tail, after.length - tail)];
}

function shift({ kind, before, after }: AlignedColumn, by: number): AlignedColumn {
  return {
    kind,
    before: before === undefined ? undefined : before + by,
    after: after === undefined ? undefined : after + by,
  };
}

function alignEdited(before: readonly string[], after: readonly string[]): AlignedColumn[] {
  if (before.length === 0 || after.length === 0 || before.length * after.length > MAX_PAIRS) {
    return sideBySide(before, after);
  }
  const width = after.length + 1;
  const distance = distances(before, after);
  const columns: AlignedColumn[] = [];
  // Forwards from the first pair; `distance` counts the edits still to come, so that ties go to the pair and then to the deletion.
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const here = distance[row * width + column];
    const isPair = row < before.length && column < after.length;
    const isSame = isPair && before[row] === after[column];
    if (isPair && here === distance[(row + 1) * width + column + 1] + (isSame ? 0 : 1)) {
      columns.push({ kind: isSame ? 'same' : 'changed', before: row++, after: column++ });
    } else if (row < before.length && here === distance[(row + 1) * width + column] + 1) {
      columns.push({ kind: 'deleted', before: row++ });
    } else {
      columns.push({ kind: 'inserted', after: column++ });
    }
  }
  return columns;
}

/** Fewest edits between the rest of `before` from each row and the rest of `after` from each column; [rows + 1, columns + 1]. */
function distances(before: readonly string[], after: readonly string[]): Uint16Array {
  const width = after.length + 1;
  const distance = new Uint16Array((before.length + 1) * width);
  for (let column = 0; column < width; column++) distance[before.length * width + column] = after.length - column;
  for (let row = before.length - 1; row >= 0; row--) {
    distance[row * width + after.length] = before.length - row;
    for (let column = after.length - 1; column >= 0; column--) {
      const pair = distance[(row + 1) * width + column + 1] + (before[row] === after[column] ? 0 : 1);
      const deleted = distance[(row + 1) * width + column] + 1;
      const inserted = distance[row * width + column + 1] + 1;
      distance[row * width + column] = Math.min(pair, deleted, inserted);
    }
  }
  return distance;
}

function sideBySide(before: readonly string[], after: readonly string[]): AlignedColumn[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, at): AlignedColumn => {
    if (at >= before.length) return { kind: 'inserted', after: at };
    if (at >= after.length) return { kind: 'deleted', before: at };
    return { kind: before[at] === after[at] ? 'same' : 'changed', before: at, after: at };
  });
}
