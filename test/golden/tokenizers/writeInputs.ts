// Writes what generate.py reads, into a folder: texts as JSON and the tokenizer.json files that our code makes of them.
// `node test/golden/tokenizers/writeInputs.ts OUT [DATA]`; DATA is the folder with trec6 and zh_sentiment.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOKENIZERS, trainTokenizer } from './settings.ts';
import { learnFrom, SUBWORDS } from './subwords.ts';
import { readNasty, readTrec, readZh } from './texts.ts';

const [out, data] = process.argv.slice(2);
if (out === undefined) throw new Error('Give a folder to write to.');
const sets: Record<string, string[]> = { nasty: await readNasty() };
if (data !== undefined) Object.assign(sets, { trec: await readTrec(data), zh: await readZh(data) });
await mkdir(out, { recursive: true });
for (const [set, texts] of Object.entries(sets)) {
  await writeFile(join(out, `${set}.texts.json`), JSON.stringify(texts));
  for (const name of Object.keys(TOKENIZERS)) {
    await writeFile(join(out, `${set}.${name}.tokenizer.json`), trainTokenizer(name, texts).toJson());
  }
  for (const name of Object.keys(SUBWORDS)) {
    await writeFile(join(out, `${set}.${name}.tokenizer.json`), (await learnFrom(name, texts)).toJson());
  }
}
console.log(`${(await readFile(join(out, 'nasty.texts.json'))).length} bytes of nasty texts`);
