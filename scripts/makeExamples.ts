// Makes the data of media/examples from its sources; for maintainers, as the result is committed.
// `node scripts/makeExamples.ts FOLDER` reads FOLDER/tinyshakespeare/input.txt, FOLDER/tatoeba_eng_cmn/cmn.txt and FOLDER/names18/*.txt.
// A pure function of its input: what goes where is decided by hashes of the texts.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

const examples = resolve(import.meta.dirname, '../media/examples');
const TRAIN_PER_LABEL = 1500;
const TEST_PER_LABEL = 300;
const PLAY_CHARACTERS = 100_000;
/** Share of distinct names that go to the test folder, in hundredths. */
const TEST_NAMES_PERCENT = 20;

interface Sentence {
  text: string;
  label: 'early-modern' | 'modern';
  attribution: string;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const byHash = (a: Sentence, b: Sentence): number => (hashOf(a.text) < hashOf(b.text) ? -1 : 1);
const wordsOf = (text: string): number => text.split(/\s+/).length;

/** Lines of the plays that are a sentence each, without names of speakers. */
function shakespeare(text: string): Sentence[] {
  return text
    .split('\n')
    .filter((line) => !/^[A-Z][\w' ]*:$/.test(line) && /^[A-Z].*[.?!]$/.test(line))
    .map((line) => ({ text: line, label: 'early-modern', attribution: 'William Shakespeare, public domain' }));
}

function tatoeba(text: string): Sentence[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .filter(([english]) => /^[A-Z].*[.?!]$/.test(english))
    .map(([english, , attribution]) => ({
      text: english,
      label: 'modern',
      attribution: attribution.replace(/ & #.*$/, ''),
    }));
}

/** One sentence a text, five to twelve words, the same number of each length for both labels, so that length tells nothing. */
function matched(groups: readonly Sentence[][], count: number): Sentence[][] {
  const byLength = groups.map((group) => {
    const distinct = [...new Map(group.map((sentence) => [sentence.text.toLowerCase(), sentence])).values()].sort(
      byHash,
    );
    return Map.groupBy(distinct, ({ text }) => wordsOf(text));
  });
  const chosen = groups.map((): Sentence[] => []);
  for (let length = 5; length <= 12; length++) {
    const available = Math.min(...byLength.map((lengths) => lengths.get(length)?.length ?? 0), Math.ceil(count / 6));
    for (const [at, lengths] of byLength.entries()) chosen[at].push(...(lengths.get(length) ?? []).slice(0, available));
  }
  return chosen.map((sentences) => sentences.sort(byHash).slice(0, count));
}

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function toCsv(sentences: readonly Sentence[]): string {
  const rows = [...sentences]
    .sort(byHash)
    .map(({ text, label, attribution }) => [text, label, attribution].map(csvCell).join(','));
  return `text,label,attribution\n${rows.join('\n')}\n`;
}

async function makeEarlyModernEnglish(sources: string): Promise<void> {
  const groups = [
    shakespeare(await readFile(join(sources, 'tinyshakespeare/input.txt'), 'utf8')),
    tatoeba(await readFile(join(sources, 'tatoeba_eng_cmn/cmn.txt'), 'utf8')),
  ];
  const chosen = matched(groups, TRAIN_PER_LABEL + TEST_PER_LABEL);
  const folder = join(examples, 'early-modern-english');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'train.csv'), toCsv(chosen.flatMap((sentences) => sentences.slice(TEST_PER_LABEL))));
  await writeFile(join(folder, 'test.csv'), toCsv(chosen.flatMap((sentences) => sentences.slice(0, TEST_PER_LABEL))));
  console.log(`early-modern-english: ${chosen.map(({ length }) => length).join(' + ')} sentences`);
}

/** The first scenes, to the end of a speech. */
async function makePlays(sources: string): Promise<void> {
  const text = await readFile(join(sources, 'tinyshakespeare/input.txt'), 'utf8');
  const folder = join(examples, 'shakespeare');
  await mkdir(folder, { recursive: true });
  const end = text.lastIndexOf('\n\n', PLAY_CHARACTERS) + 1;
  await writeFile(join(folder, 'plays.txt'), text.slice(0, end));
  console.log(`shakespeare: ${end} characters`);
}

/** A name goes to one side in every language that has it, so that no test name was trained on. */
async function makeNames(sources: string): Promise<void> {
  const from = join(sources, 'names18');
  const to = join(examples, 'names18');
  for (const part of ['train', 'test']) {
    await rm(join(to, part), { recursive: true, force: true });
    await mkdir(join(to, part), { recursive: true });
  }
  for (const file of (await readdir(from)).filter((name) => name.endsWith('.txt') && name !== 'SOURCE.txt')) {
    const names = (await readFile(join(from, file), 'utf8')).split('\n').map((name) => name.trim());
    const isTest = (name: string): boolean =>
      Number.parseInt(hashOf(name.toLowerCase()).slice(0, 8), 16) % 100 < TEST_NAMES_PERCENT;
    const parts = Object.groupBy(
      names.filter((name) => name !== ''),
      (name) => (isTest(name) ? 'test' : 'train'),
    );
    for (const part of ['train', 'test'] as const) {
      await writeFile(join(to, part, basename(file)), `${(parts[part] ?? []).join('\n')}\n`);
    }
  }
}

const [sources] = process.argv.slice(2);
if (sources === undefined) throw new Error('Give the folder of the sources.');
await makeEarlyModernEnglish(resolve(sources));
await makeNames(resolve(sources));
await makePlays(resolve(sources));
