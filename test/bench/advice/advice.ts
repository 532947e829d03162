// Measures what the advisor's rules rest on: trains the variants of `cases.ts` with the built command line, on real data at ../shared/data.
// `node test/bench/advice/advice.ts [--minutes N] [--only PART] [--seeds N] [--jobs N] [--cli FILE]` goes on with what was not measured yet and keeps
// every run in docs/advisor.jsonl; `--tables` writes docs/advisor.md's tables and the gains that
// the rules quote from it. Only scores are kept, which do not depend on what
// else the machine does.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataPath } from '../../data/support.ts';
import { ROOT } from '../engines.ts';
import { runToEnd } from '../runToEnd.ts';
import { ADVICE_DATA, type AdviceData, type Config, VARIANTS, type Variant } from './cases.ts';
import { type AdviceRun, type Measurements, parseMeasurements, writeTables } from './tables.ts';

const RESULTS = join(ROOT, 'docs', 'advisor.jsonl');
const GAINS = join(ROOT, 'extension', 'node', 'advise', 'gains.ts');
const WORK = join(ROOT, 'out', 'advice');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '1' },
    cli: { type: 'string', default: join(ROOT, 'dist', 'cli.cjs') },
    tables: { type: 'boolean', default: false },
  },
});

async function gatescope(args: readonly string[]): Promise<Record<string, unknown>[]> {
  return (await runToEnd(process.execPath, [values.cli, ...args, '--json'])).lines;
}

/** Imports a copy of the data, once; the folder of its manifest NAME.dataset.json. */
async function prepare({ name, from, imported, lines, prepare: actions = [] }: AdviceData): Promise<string> {
  const folder = join(WORK, name);
  const manifest = join(folder, `${name}.dataset.json`);
  if (existsSync(manifest)) return folder;
  await rm(folder, { recursive: true, force: true });
  // Whatever lies in a folder of one file a class is a class.
  const isData = (path: string): boolean => !path.endsWith('SOURCE.txt');
  await mkdir(folder, { recursive: true });
  if (from.files) for (const file of from.files) await cp(dataPath(from.folder, file), join(folder, file));
  else await cp(dataPath(from.folder), join(folder, name), { recursive: true, filter: isData });
  const path = join(folder, imported ?? name);
  if (lines !== undefined) {
    const text = await readFile(path, 'latin1');
    await writeFile(path, text.split('\n').slice(0, lines).join('\n'), 'latin1');
  }
  const written = join(folder, 'new.dataset.json');
  await gatescope(['dataset', 'import', path, '--yes', '--out', written]);
  for (const [action, ...args] of actions) await gatescope(['dataset', action, written, ...args]);
  await cp(written, manifest);
  await rm(written);
  return folder;
}

const isObject = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `over` laid on `base`, key by key. */
function laidOver(base: Config, over: Config): Config {
  const merged = Object.entries(over).map(([key, value]) => {
    const under = base[key];
    return [key, isObject(under) && isObject(value) ? laidOver(under, value) : value];
  });
  return { ...base, ...Object.fromEntries(merged) };
}

/** `lane` is another number for each of those that run at once. */
async function train({ data, variant, seed }: Job, lane: number): Promise<AdviceRun> {
  const folder = join(await prepare(data), `lane${lane}`);
  const parts = Object.fromEntries(['train', 'validation', 'test'].map((part) => [part, { dataset: data.name }]));
  const config = { ...laidOver(data.base, variant.set), data: parts, engine: { threads: 1 } };
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'advice.gatescope.json');
  await writeFile(path, JSON.stringify(config));
  const lines = await gatescope(['train', path, '--seed', String(seed)]);
  await rm(folder, { recursive: true });
  const { validation, test } = lines.at(-1) as { validation: Scores; test: Scores };
  return {
    data: data.name,
    subject: variant.subject,
    what: variant.what,
    seed,
    bestEpoch: bestEpochOf(lines),
    validation: scoresOf(validation),
    test: scoresOf(test),
  };
}

/** The first with the highest validation accuracy. */
function bestEpochOf(lines: readonly Record<string, unknown>[]): number {
  const scored = lines.filter(({ type, epoch }) => type === 'validation' && Number(epoch) > 0);
  const best = Math.max(...scored.map(({ accuracy }) => Number(accuracy)));
  return Number(scored.find(({ accuracy }) => accuracy === best)?.epoch);
}

interface Scores {
  accuracy: number;
  macroF1: number;
}

const rounded = (value: number): number => Number(value.toFixed(4));
const scoresOf = ({ accuracy, macroF1 }: Scores): Scores => ({
  accuracy: rounded(accuracy),
  macroF1: rounded(macroF1),
});

async function readResults(): Promise<Measurements> {
  if (existsSync(RESULTS)) return parseMeasurements(await readFile(RESULTS, 'utf8'));
  const date = new Date().toISOString().slice(0, 10);
  return { date, machine: cpus()[0].model.trim(), node: process.versions.node, runs: [] };
}

async function save({ runs, ...head }: Measurements): Promise<void> {
  await writeFile(RESULTS, [head, ...runs].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

interface Job {
  data: AdviceData;
  variant: Variant;
  seed: number;
}

/** What is not measured yet, a seed after the other. */
function missing({ runs }: Measurements): Job[] {
  const known = new Set(runs.map(({ data, subject, what, seed }) => [data, subject, what, seed].join()));
  const seeds = Array.from({ length: Number(values.seeds) }, (_, at) => at + 1);
  return seeds
    .flatMap((seed) => VARIANTS.flatMap((variant) => ADVICE_DATA.map((data) => ({ data, variant, seed }))))
    .filter(({ data, variant, seed }) => {
      const { subject, what, on } = variant;
      const isWanted = on?.includes(data.name) !== false && `${data.name} ${subject} ${what}`.includes(values.only);
      return isWanted && !known.has([data.name, subject, what, seed].join());
    });
}

async function measure(results: Measurements): Promise<void> {
  const until = performance.now() + Number(values.minutes) * 60_000;
  const jobs = missing(results);
  for (const data of ADVICE_DATA) await prepare(data);
  const work = async (lane: number): Promise<void> => {
    while (performance.now() < until) {
      const job = jobs.shift();
      if (!job) return;
      const run = await train(job, lane);
      results.runs.push(run);
      await save(results);
      const { data, subject, what, seed, test } = run;
      console.log(`${data}, ${subject}, ${what}, seed ${seed}: accuracy ${test.accuracy}, macro F1 ${test.macroF1}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, (_, lane) => work(lane)));
  if (jobs.length === 0) console.log('All is measured.');
}

const results = await readResults();
if (values.tables) await writeTables(results, join(ROOT, 'docs', 'advisor.md'), GAINS);
else await measure(results);
