// References of configs to a dataset when its manifest gets another name or place.
import { getNodeValue, type Node } from 'jsonc-parser';
import { DATASET_SUFFIX } from '../schema/dataset.ts';
import { DATASET_PARTS } from '../schema/source.ts';
import type { FileProbe } from './checkFiles.ts';
import { ConfigText } from './configText.ts';
import { DATASET_FOLDERS, locateDataset, MAX_FOLDERS_UP } from './locateDataset.ts';
import type { TextEdit } from './problem.ts';

export interface DatasetMove {
  /** Absolute paths of the manifest. */
  from: string;
  to: string;
}

/** A name in a config that stands for a dataset. */
export interface DatasetMention {
  name: string;
  start: number;
  end: number;
}

/** Of a text that may be incomplete, as far as it can be read. */
export function datasetMentions(text: string): DatasetMention[] {
  const config = new ConfigText(text);
  return DATASET_PARTS.flatMap((part) => {
    const node: Node | undefined = config.find(['data', part, 'dataset']);
    if (node?.type !== 'string') return [];
    return [{ name: String(getNodeValue(node)), start: node.offset, end: node.offset + node.length }];
  });
}

/**
 * What of a config's text must change so that it means the same dataset after the move; to be asked before the manifest moves.
 * `pathTo` gives the path of a file as the config would write it.
 */
export async function renameInConfig(
  text: string,
  { from, to }: DatasetMove,
  probe: Pick<FileProbe, 'resolve' | 'kind'>,
  pathTo: (path: string) => string,
): Promise<TextEdit[]> {
  const edits: TextEdit[] = [];
  for (const { name, start, end } of datasetMentions(text)) {
    const manifest = await locateDataset(name, probe);
    if (manifest === undefined || probe.resolve(manifest) !== from) continue;
    const isPath = name.endsWith(DATASET_SUFFIX);
    const renamed = (isPath ? undefined : await nameFor({ from, to }, probe)) ?? pathTo(to);
    if (renamed !== name) edits.push({ start, end, text: JSON.stringify(renamed) });
  }
  return edits;
}

/** The name by which a config finds the manifest at its new place; undefined where another one stands in the way, or none is looked for there. */
async function nameFor(
  { from, to }: DatasetMove,
  probe: Pick<FileProbe, 'resolve' | 'kind'>,
): Promise<string | undefined> {
  const file = to.replace(/^.*[/\\]/, '');
  const name = file.slice(0, -DATASET_SUFFIX.length);
  for (let up = 0; up <= MAX_FOLDERS_UP; up++) {
    for (const folder of DATASET_FOLDERS) {
      const path = probe.resolve(`${'../'.repeat(up)}${folder}${file}`);
      if (path === to) return name;
      if (path !== from && (await probe.kind(path)) === 'file') return undefined;
    }
  }
  return undefined;
}
