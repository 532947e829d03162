// Makes docs/benchmarks.md from the results.
import type { Spread } from './measure.ts';
import { METRICS, type Metric, type Results, type Row, type Section } from './results.ts';

interface Column {
  head: string;
  cell(value: number): string;
}

/** Three significant digits, whole above a hundred. */
const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();

const COLUMNS: Readonly<Record<Metric, Column>> = {
  milliseconds: { head: 'ms a step', cell: digits },
  gflops: { head: 'GF/s', cell: digits },
  rooflineShare: { head: 'of the roofline', cell: (share) => `${(100 * share).toFixed(0)} %` },
  stepShare: { head: 'of the step', cell: (share) => `${(100 * share).toFixed(0)} %` },
  timesPlain: { head: 'times the plain pass', cell: (ratio) => ratio.toFixed(3) },
  tokensPerSecond: { head: 'tokens/s', cell: (rate) => `${digits(rate / 1000)}k` },
  secondsAnEpoch: { head: 's an epoch', cell: digits },
  secondsToScore: { head: 's to the same score', cell: digits },
  wholeRunSeconds: { head: 's the whole run', cell: digits },
  score: { head: 'best validation score', cell: (score) => score.toFixed(3) },
  peakBytes: { head: 'peak memory', cell: (bytes) => `${digits(bytes / 2 ** 20)} MiB` },
};

/** `12.3 (11.9–13)`; without the brackets where all turns say the same. */
function shown({ median, low, high }: Spread, cell: (value: number) => string): string {
  const [middle, least, most] = [median, low, high].map(cell);
  return least === most ? middle : `${middle} (${least}–${most})`;
}

const line = (cells: readonly string[]): string =>
  `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

function tableOf(rows: readonly Row[]): string {
  const metrics = METRICS.filter((metric) => rows.some(({ values }) => values[metric]));
  const peers = [...new Set(rows.flatMap(({ speedOver }) => Object.keys(speedOver ?? {})))];
  const head = ['what', 'threads', 'side', ...metrics.map((metric) => COLUMNS[metric].head)];
  const cells = rows.map(({ what, threads, side, values, speedOver }) => [
    what,
    String(threads),
    side,
    ...metrics.map((metric) => {
      const spread = values[metric];
      return spread ? shown(spread, COLUMNS[metric].cell) : '';
    }),
    ...peers.map((peer) => {
      const ratio = speedOver?.[peer];
      return ratio ? `**${shown(ratio, (value) => value.toFixed(2))}**` : '';
    }),
  ]);
  const heads = [...head, ...peers.map((peer) => `times as fast as ${peer}`)];
  return [line(heads), line(heads.map(() => '---')), ...cells.map(line)].join('\n');
}

function sectionOf({ title, about, date, machine, versions, rounds, rows }: Section): string {
  const { processor, threads, memoryGiB, system } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const where = `${date}, ${processor}, ${threads} hardware threads, ${memoryGiB} GiB, ${system}; ${named.join(', ')}; ${rounds} rounds.`;
  return [`## ${title}`, about, where, tableOf(rows)].join('\n\n');
}

const INTRODUCTION = [
  '# Benchmarks',
  'Made by `npm run bench`; do not edit by hand. The same figures stand in benchmarks.json.',
  'The sides of a case take turns in one run (A B A B …) with the same number of threads. A figure is the median of the rounds, with the lowest and the highest in brackets; ratios are taken round by round. GF/s count the matrix products only, two operations a multiply-add. The roofline is a loop of multiply-adds in registers on the same kernels and threads, measured after every turn. Peak memory of a kernel or a step is that of the engine’s memory; of a whole run it is the resident size of the process.',
].join('\n\n');

/** The page; `hasPicture` where benchmarks-growth.svg lies beside it. */
export function benchmarksPage(results: Results, hasPicture: boolean): string {
  const picture = hasPicture ? ['![Milliseconds a step as sizes grow](benchmarks-growth.svg)'] : [];
  return `${[INTRODUCTION, ...Object.values(results).map(sectionOf), ...picture].join('\n\n')}\n`;
}
