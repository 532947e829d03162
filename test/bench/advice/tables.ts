// From runs to what is read of them: the tables of docs/advisor.md, and the gains that the rules quote.
import { readFile, writeFile } from 'node:fs/promises';
import { median } from '../measure.ts';
import { ADVICE_DATA, BASE, BASES, VARIANTS } from './cases.ts';

interface Scores {
  accuracy: number;
  macroF1: number;
}

export interface AdviceRun {
  data: string;
  subject: string;
  what: string;
  seed: number;
  /** Absent of the first runs. */
  bestEpoch?: number;
  validation: Scores;
  test: Scores;
}

export interface Measurements {
  date: string;
  machine: string;
  node: string;
  runs: AdviceRun[];
}

/** A line on the machine, then a line a run. */
export function parseMeasurements(text: string): Measurements {
  const [head, ...runs] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { ...head, runs };
}

/** Subject, variant, dataset: points of test accuracy (of `Classes` macro F1) over the base, same seeds. */
export type Gains = Record<string, Record<string, Record<string, number>>>;

/** In points; where classes are rare, accuracy does not see them. */
const scoreFor = (subject: string, { test }: AdviceRun): number =>
  100 * (subject === 'Classes' ? test.macroF1 : test.accuracy);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const SUBJECTS = [...new Set(VARIANTS.map(({ subject }) => subject))].filter((subject) => subject !== BASE);

/** Each once, though it may be another config for each dataset. */
const variantsOf = (subject: string): string[] => [
  ...new Set(VARIANTS.filter((variant) => variant.subject === subject).map(({ what }) => what)),
];

export function gainsOf({ runs }: Measurements): Gains {
  const ofSubjects = SUBJECTS.map((subject) => {
    const variants = variantsOf(subject)
      .map((what) => [what, gainsOn(runs, subject, what)] as const)
      .filter(([, on]) => Object.keys(on).length > 0);
    const measuredOn = ADVICE_DATA.filter(({ name }) => variants.some(([, on]) => name in on));
    const ofBase = Object.fromEntries(measuredOn.map(({ name }) => [name, 0]));
    return [subject, Object.fromEntries([[BASES[subject], ofBase], ...variants])];
  });
  return Object.fromEntries(ofSubjects);
}

/** Of one variant, by dataset; seeds whose base was not measured do not count. */
function gainsOn(runs: readonly AdviceRun[], subject: string, what: string): Record<string, number> {
  const baseOf = ({ data, seed }: AdviceRun): AdviceRun | undefined =>
    runs.find((run) => run.subject === BASE && run.data === data && run.seed === seed);
  const gains: Record<string, number> = {};
  for (const { name } of ADVICE_DATA) {
    const own = runs.filter((run) => run.subject === subject && run.what === what && run.data === name);
    const differences = own.flatMap((run) => {
      const base = baseOf(run);
      return base ? [scoreFor(subject, run) - scoreFor(subject, base)] : [];
    });
    if (differences.length > 0) gains[name] = Number(mean(differences).toFixed(1)) + 0;
  }
  return gains;
}

export type BestEpochs = Record<string, { median: number; of: number }>;

/** Of all runs on a dataset, whatever they varied. */
export function bestEpochsOf({ runs }: Measurements): BestEpochs {
  const ofData = ADVICE_DATA.map(({ name, base }) => {
    const epochs = runs.flatMap(({ data, bestEpoch }) => (data === name && bestEpoch !== undefined ? [bestEpoch] : []));
    return [name, { median: median(epochs), of: (base.training as { epochs: number }).epochs }];
  });
  return Object.fromEntries(ofData);
}

/** Source text of what the rules quote. */
export function gainsText(results: Measurements): string {
  const epochs = Object.entries(bestEpochsOf(results)).map(
    ([name, { median: middle, of }]) => `  ${name}: { median: ${middle}, of: ${of} },\n`,
  );
  return `${MARK_OF_CODE}: BestEpochs = {\n${epochs.join('')}};\n\n${gainsConstant(results)}`;
}

/** As the formatter has it. */
const asKey = (name: string): string => (/^[a-z]\w*$/i.test(name) ? name : `'${name}'`);

function gainsConstant(results: Measurements): string {
  const lines = Object.entries(gainsOf(results)).map(([subject, variants]) => {
    const rows = Object.entries(variants).map(([what, on]) => {
      const values = Object.entries(on).map(([data, points]) => `${data}: ${points}`);
      return `    ${asKey(what)}: { ${values.join(', ')} },\n`;
    });
    return `  ${asKey(subject)}: {\n${rows.join('')}  },\n`;
  });
  return `export const GAINS: Gains = {\n${lines.join('')}};\n`;
}

const MARK_OF_CODE = 'export const BEST_EPOCHS';
const MARK = '## Measurements\n';

/** Writes the tables below the heading of a page, and the gains below their mark in a source file. */
export async function writeTables(results: Measurements, page: string, source: string): Promise<void> {
  const [words] = (await readFile(page, 'utf8')).split(MARK);
  await writeFile(page, `${words}${MARK}\n${tablesText(results)}`);
  const [code] = (await readFile(source, 'utf8')).split(MARK_OF_CODE);
  await writeFile(source, code + gainsText(results));
}

export function tablesText(results: Measurements): string {
  const { runs, date, machine, node } = results;
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort();
  const head = `${runs.length} runs on ${date}, ${machine}, Node ${node}; seeds ${seeds.join(', ')}.`;
  const tables = SUBJECTS.map((subject) => tableOf(subject, runs));
  return [head, ...tables, bestEpochsTable(results)].join('\n\n').concat('\n');
}

function bestEpochsTable(results: Measurements): string {
  const best = Object.entries(bestEpochsOf(results));
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [
    '### Best epochs',
    '',
    row(['', ...best.map(([name]) => name)]),
    row(['---', ...best.map(() => '---:')]),
    row(['half of the runs were at their best by epoch', ...best.map(([, { median: middle }]) => middle)]),
    row(['of', ...best.map(([, { of }]) => of)]),
  ].join('\n');
}

function tableOf(subject: string, runs: readonly AdviceRun[]): string {
  const own = runs.filter((run) => run.subject === subject);
  const data = ADVICE_DATA.filter(({ name }) => own.some((run) => run.data === name));
  const row = (title: string, cell: (data: string) => string): string =>
    `| ${[title, ...data.map(({ name }) => cell(name))].join(' | ')} |`;
  const cell = (cellRuns: readonly AdviceRun[]): string =>
    cellRuns.length === 0 ? '' : cellOf(cellRuns.map((run) => scoreFor(subject, run)));
  // The base has more seeds than most; those that nothing of the table has do not count in it.
  const baseRuns = (name: string): AdviceRun[] => {
    const seeds = new Set(own.filter((run) => run.data === name).map(({ seed }) => seed));
    return runs.filter((run) => run.subject === BASE && run.data === name && seeds.has(run.seed));
  };
  return [
    `### ${subject}${subject === 'Classes' ? ' (macro F1)' : ''}`,
    '',
    row('', (name) => name),
    row('---', () => '---:'),
    row(`**${BASES[subject]}**`, (name) => cell(baseRuns(name))),
    ...variantsOf(subject).map((what) =>
      row(what, (name) => cell(own.filter((run) => run.what === what && run.data === name))),
    ),
  ].join('\n');
}

/** Mean, and half of the range where there are several seeds. */
function cellOf(values: readonly number[]): string {
  const half = (Math.max(...values) - Math.min(...values)) / 2;
  return values.length === 1 ? mean(values).toFixed(1) : `${mean(values).toFixed(1)} ± ${half.toFixed(1)}`;
}
