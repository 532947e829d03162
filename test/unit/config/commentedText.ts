// Writes a JSON value as people do not: comments in every gap, any indentation and line end, trailing commas, a byte order mark.

export type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Style {
  random: Random;
  unit: string;
  eol: string;
  hasTrailingCommas: boolean;
  comments: number;
}

const UNITS = ['  ', '    ', '\t', ''];

export function writeWithComments(value: unknown, random: Random): string {
  const style: Style = {
    random,
    unit: UNITS[Math.floor(random() * UNITS.length)],
    eol: random() < 0.4 ? '\r\n' : '\n',
    hasTrailingCommas: random() < 0.4,
    comments: 0,
  };
  const mark = random() < 0.3 ? '\uFEFF' : '';
  return mark + gap(style, '') + write(value, style, '') + gap(style, '') + (random() < 0.7 ? style.eol : '');
}

/** White space or comments, so that a token may follow. */
function gap(style: Style, indent: string): string {
  const { random, eol } = style;
  const kind = random();
  if (kind < 0.45) return kind < 0.2 ? ' ' : '';
  style.comments++;
  if (kind < 0.6) return `/* ${style.comments}: "a": 1, } */`;
  if (kind < 0.7) return ` /* ${style.comments}${eol}${indent} [ ü // */ `;
  if (kind < 0.9) return ` // ${style.comments} { "b": [2], 🙂${eol}${indent}`;
  return `${eol}${eol}${indent}// ${style.comments}${eol}${indent}`;
}

function write(value: unknown, style: Style, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { random, eol, unit, hasTrailingCommas } = style;
  const isList = Array.isArray(value);
  const items: [string, unknown][] = isList ? value.map((item) => ['', item]) : Object.entries(value);
  const isOpen = random() < 0.6;
  const inner = isOpen ? indent + unit : indent;
  const lineBreak = isOpen ? eol + inner : random() < 0.5 ? ' ' : '';
  const lines = items.map(([key, item], at) => {
    const name = isList ? '' : `${JSON.stringify(key)}${gap(style, inner)}:${gap(style, inner)}`;
    const comma = at < items.length - 1 || hasTrailingCommas ? `${gap(style, inner)},${gap(style, inner)}` : '';
    return `${lineBreak}${gap(style, inner)}${name}${write(item, style, inner)}${comma}`;
  });
  const end = isOpen ? eol + indent : random() < 0.5 ? ' ' : '';
  return `${isList ? '[' : '{'}${lines.join('')}${gap(style, inner)}${end}${isList ? ']' : '}'}`;
}
