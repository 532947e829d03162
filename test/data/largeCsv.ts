// A large CSV, written as a stream: texts of a vocabulary of 50,000, some with commas, quotes and line breaks.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export interface LargeCsv {
  bytes: number;
  /** Fewest and most words of a text. */
  words: readonly [least: number, most: number];
}

export async function writeCsv(path: string, { bytes, words: [least, most] }: LargeCsv): Promise<void> {
  const words = Array.from({ length: 50_000 }, (_, at) => `w${(at * 7919).toString(36)}${'aeiou'[at % 5]}n`);
  let state = 1;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const stream = createWriteStream(path);
  stream.write('text,label\n');
  for (let written = 0; written < bytes; ) {
    let block = '';
    while (block.length < 1 << 20) {
      const count = least + next(most - least);
      let text = '';
      for (let word = 0; word < count; word++) text += `${words[Math.min(next(50_000), next(50_000))]} `;
      block += next(4) === 0 ? `"${text}, she said ""no""\nand left",${next(2)}\n` : `${text},${next(2)}\n`;
    }
    written += block.length;
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}
