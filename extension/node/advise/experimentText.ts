// The text of a config from advice: the advised values and nothing else. What another dataset could have otherwise has its reason above it.

import { partsOf } from '../../config/checkReferences.ts';
import type { Advice } from '../../protocol/advice.ts';
import type { Dataset } from '../../schema/dataset.ts';
import { wrap } from '../../util/words.ts';
import { setKey } from './advise.ts';
import type { Draft } from './rule.ts';

/** Columns of a line, and those of a comment. */
const WIDTH = 100;
const COMMENT_WIDTH = 110;
/** Keys of sections stand on lines of their own however short they are. */
const SECTION_DEPTH = 2;

const HEAD = 'gatescope dataset advise has the reason of every value; what depends on the data has it here as well.';

export interface NamedDataset {
  /** As the config will name it. */
  reference: string;
  manifest: Dataset;
}

export function experimentText(dataset: NamedDataset, { task, entries }: Advice): string {
  const { manifest, reference } = dataset;
  const named = { dataset: reference };
  const parts = partsOf(manifest);
  const config: Draft = {
    name: manifest.name ?? reference,
    ...(task === 'languageModel' && { task }),
    data: {
      train: named,
      validation: named,
      ...(parts.includes('test') && { test: named }),
    },
  };
  for (const { key, value } of entries) setKey(config, key, value);
  const comments = entries.flatMap(({ key, reason, isOfData }) => (isOfData ? [{ key, text: reason }] : []));
  const text = printed(config, { path: '', depth: 0 }, comments);
  return `${text.replace('{\n', `{\n  // ${HEAD}\n`)}\n`;
}

interface Place {
  /** Keys down to here, joined by dots. */
  path: string;
  depth: number;
}

interface Comment {
  key: string;
  text: string;
}

const isSection = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function printed(value: unknown, { path, depth }: Place, comments: readonly Comment[]): string {
  const room = WIDTH - 2 * depth - path.length;
  if (!isSection(value)) return inline(value);
  if (depth >= SECTION_DEPTH && inline(value).length <= room) return inline(value);
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(value).map(([key, inner]) => {
    const innerPath = path === '' ? key : `${path}.${key}`;
    const text = printed(inner, { path: innerPath, depth: depth + 1 }, comments);
    const isOneLine = !text.includes('\n');
    const own = comments.filter(
      (comment) => comment.key === innerPath || (isOneLine && comment.key.startsWith(`${innerPath}.`)),
    );
    const above = own.flatMap((comment) => wrap(comment.text, COMMENT_WIDTH - indent.length));
    return [...above.map((line) => `${indent}// ${line}\n`), `${indent}${JSON.stringify(key)}: ${text}`].join('');
  });
  return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (!isSection(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
