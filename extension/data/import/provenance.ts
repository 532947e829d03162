// Licence and source of data, where a file beside it says so: SOURCE.txt, README.md with a heading of YAML, dataset_info.json, LICENSE.
import { decodeFile } from '../decode.ts';
import type { FileSource } from '../types.ts';
import { readInfo } from './huggingFace.ts';
import type { Reason } from './proposal.ts';

const CANDIDATES = /^(?:source|readme|licen[cs]e)(?:\.(?:txt|md))?$/i;
const MAX_CHARACTERS = 1 << 16;
const MAX_VALUE = 300;

export interface Provenance {
  facts: { licence?: string; source?: string };
  reasons: Reason[];
}

export async function readProvenance(folder: string, files: FileSource): Promise<Provenance> {
  const found: Provenance = { facts: {}, reasons: [] };
  const note = (key: 'licence' | 'source', value: string | undefined, from: string): void => {
    const text = value?.trim().slice(0, MAX_VALUE);
    if (!text || found.facts[key] !== undefined) return;
    found.facts[key] = text;
    found.reasons.push({ what: key, value: text, reason: `${from} says so` });
  };
  for (const name of (await files.list(folder)).filter((file) => CANDIDATES.test(file))) {
    if ((await files.kind(`${folder}/${name}`)) !== 'file') continue;
    const text = await startOf(`${folder}/${name}`, files);
    note('licence', lineOf(text, /^licen[cs]e\s*:\s*(.+)$/im) ?? knownLicence(name, text), name);
    note('source', lineOf(text, /^(?:source|homepage|url)\s*:\s*(.+)$/im), name);
  }
  const info = await readInfo(folder, files);
  if (typeof info.license === 'string') note('licence', info.license, 'dataset_info.json');
  if (typeof info.homepage === 'string') note('source', info.homepage, 'dataset_info.json');
  return found;
}

const lineOf = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];

function knownLicence(name: string, text: string): string | undefined {
  if (!/^licen[cs]e/i.test(name)) return undefined;
  return /\b(MIT License|Apache License|BSD|CC[- ]BY[-\w. ]*|GNU [\w ]*General Public License)/i.exec(text)?.[1];
}

async function startOf(path: string, files: FileSource): Promise<string> {
  let text = '';
  for await (const piece of decodeFile(files, path, 'utf-8')) {
    text += piece;
    if (text.length >= MAX_CHARACTERS) break;
  }
  return text;
}
