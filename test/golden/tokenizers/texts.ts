// The texts that tokenizers are compared on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Strings of our own making with every trap we know. */
export async function readNasty(): Promise<string[]> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'nasty.json'), 'utf8')) as string[];
}

/** All 5,452 training questions of TREC; the file is Latin-1. */
export async function readTrec(data: string): Promise<string[]> {
  const text = await readFile(join(data, 'trec6/TREC.train.all'), 'latin1');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/^\S+\s+/, ''));
}

/** The first 500 lines of the takeaway reviews. */
export async function readZh(data: string): Promise<string[]> {
  const text = await readFile(join(data, 'zh_sentiment/waimai_10k.csv'), 'utf8');
  return text.split('\n').slice(1, 501);
}
