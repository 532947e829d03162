// Made-up datasets of any size: a row is a function of its number, so that a million of them take no memory.
import type {
  DatasetFinding,
  DatasetReport,
  LengthHistogram,
  PartFacts,
} from '../../extension/protocol/datasetReport.ts';
import type { OpenedTable, RowFilter, RowPart, SplitPreview, TableRow } from '../../extension/protocol/datasetTable.ts';
import type { Dataset, Splits } from '../../extension/schema/dataset.ts';

export const DATASET_PATH = '/data/weather.dataset.json';
const FILE = '/data/weather.csv';

export interface FakeDataset {
  rows: number;
  labels: string[];
  manifest: Omit<Dataset, 'exclude'>;
  text(row: number): string;
  report: DatasetReport;
}

const WORDS = 'the sun is warm in summer and snow falls cold on the hills when winter comes again'.split(' ');
const manifest: FakeDataset['manifest'] = {
  name: 'Weather',
  licence: 'CC BY 4.0',
  source: 'https://example.org/weather, an archive of letters about the weather',
  files: [{ path: 'weather.csv', format: 'csv', textColumn: 'text', labelColumn: 'label' }],
  splits: { validation: 0.1, seed: 1 },
};

/** Texts of 3 to 40 words. */
function plainText(row: number): string {
  const count = 3 + ((row * 7919) % 38);
  return Array.from({ length: count }, (_, at) => WORDS[(row * 31 + at * 5 + ((at * at) % 7)) % WORDS.length]).join(
    ' ',
  );
}

const TEXTS: Readonly<Record<string, (row: number) => string>> = {
  hostile: (row) => `<img src=x onerror="document.title='owned'"> row ${row} <b>bold</b>`,
  long: (row) => (row === 0 ? 'A very long text. '.repeat(3000) : plainText(row)),
  rtl: (row) => `مرحبا بالعالم ${row}، هذا نص من اليمين إلى اليسار، والطقس جميل اليوم (12 درجة).`,
  chinese: (row) => `第${row}行：今天天气很好，我们去公园散步。酒店的房间很干净，服务也不错，下次还会来。`,
};

const SIZES: Readonly<Record<string, number>> = {
  large: 1_000_000,
  huge: 20_000_000,
  empty: 0,
  one: 1,
  counting: 5000,
};

export function makeDataset(state: string): FakeDataset {
  const rows = SIZES[state] ?? 1000;
  const labels = state === 'labels' ? Array.from({ length: 1000 }, (_, at) => `label ${at}`) : ['cold', 'warm'];
  const report = makeReport(rows, labels, state);
  return { rows, labels, manifest, text: TEXTS[state] ?? plainText, report };
}

const partOf = (row: number): RowPart => (row % 10 === 3 ? 'validation' : 'train');
const problemsOf = (row: number): string[] => (row % 50 === 7 ? ['dataset.duplicate'] : []);

export function rowOf(dataset: FakeDataset, row: number, isFixed: boolean): TableRow {
  const text = dataset.text(row);
  const problems = problemsOf(row);
  const isOut = isFixed && problems.length > 0;
  return {
    row,
    path: FILE,
    line: row + 2,
    text: text.slice(0, 500),
    label: dataset.labels[row % dataset.labels.length],
    characters: text.length,
    tokens: text.split(/\s+/).length,
    part: isOut ? 'leftOut' : partOf(row),
    problems,
  };
}

export function passes(dataset: FakeDataset, row: number, filter: RowFilter, isFixed: boolean): boolean {
  const shown = rowOf(dataset, row, isFixed);
  const { text, label, part, finding, length } = filter;
  if (text !== undefined && !dataset.text(row).toLowerCase().includes(text.toLowerCase())) return false;
  if (label !== undefined && shown.label !== label) return false;
  if (part !== undefined && shown.part !== part) return false;
  if (finding !== undefined && (shown.part === 'leftOut' || !shown.problems.includes(finding))) return false;
  if (!length) return true;
  const size = length.unit === 'tokens' ? shown.tokens : shown.characters;
  return size >= (length.from ?? 0) && size <= (length.to ?? Number.POSITIVE_INFINITY);
}

export function makeTable(dataset: FakeDataset, isFixed: boolean, isComplete: boolean): OpenedTable {
  const leftOut = isFixed ? [{ reason: 'dataset.duplicate', rows: duplicatesOf(dataset) }] : [];
  const fraction = isComplete ? 1 : 0.4;
  return {
    rows: dataset.rows,
    fraction,
    isComplete,
    manifest: dataset.manifest,
    leftOut,
    columns: ['text', 'label', 'author'],
  };
}

/** Shares as they are asked for, of every label the same. */
export function previewOf(dataset: FakeDataset, splits: Splits, isFixed: boolean): SplitPreview {
  const { labels } = dataset;
  const rows = dataset.rows - (isFixed ? duplicatesOf(dataset) : 0);
  const { validation = 0, test = 0, folds } = splits;
  const shares: [RowPart, number][] =
    folds === undefined
      ? [
          ['train', 1 - validation - test],
          ['validation', validation],
          ['test', test],
        ]
      : Array.from({ length: folds }, (_, at) => [`fold ${at + 1}`, 1 / folds]);
  const parts = shares
    .filter(([, share]) => share > 0)
    .map(([part, share]) => ({
      part,
      rows: Math.round(rows * share),
      labels: labels.map((label) => ({ label, rows: Math.round((rows / labels.length) * share) })),
    }));
  return { parts, ...(splits.groupColumn === undefined ? {} : { groups: 40 }) };
}

const duplicatesOf = ({ rows }: { rows: number }): number => Math.ceil(Math.max(0, rows - 7) / 50);

/** After the remedy the finding is gone. */
export function reportAfter(report: DatasetReport, isFixed: boolean): DatasetReport {
  if (!isFixed) return report;
  return { ...report, findings: report.findings.filter(({ code }) => code !== 'dataset.duplicate') };
}

function makeReport(rows: number, labels: readonly string[], state: string): DatasetReport {
  const validation = Math.floor((rows + 6) / 10);
  const parts =
    rows === 0 ? [] : [partFacts('train', rows - validation, labels), partFacts('validation', validation, labels)];
  return {
    parts: parts.filter((part) => part.rows > 0),
    scripts: rows === 0 ? [] : scriptsOf(state),
    vocabulary: {
      size: 41_230,
      total: 1_204_500,
      growth: Array.from({ length: 21 }, (_, at) => {
        const tokens = Math.round(1000 * 2 ** (at / 2));
        return { tokens, types: Math.round(35 * tokens ** 0.505) };
      }),
      frequent: WORDS.slice(0, 12).map((token, at) => ({ token, count: Math.round(90_000 / (at + 1)) })),
      once: { count: 18_200, examples: ['hoarfrost', 'thaw', '<b>', 'graupel', 'sleet', 'zephyr'] },
    },
    findings: rows > 7 ? findingsOf(rows) : [],
    limits: state === 'large' ? ['Almost equal texts are looked for beside the first 100000 different ones.'] : [],
  };
}

function scriptsOf(state: string): DatasetReport['scripts'] {
  if (state === 'rtl') return [{ script: 'Arabic', share: 1 }];
  if (state === 'chinese')
    return [
      { script: 'Han', share: 0.97 },
      { script: 'Latin', share: 0.03 },
    ];
  return [
    { script: 'Latin', share: 0.992 },
    { script: 'Cyrillic', share: 0.008 },
  ];
}

function partFacts(part: PartFacts['part'], rows: number, labels: readonly string[]): PartFacts {
  const counts = labels.map((label, at) => ({
    label,
    count: Math.max(1, Math.round(rows / labels.length / (1 + at / 3))),
  }));
  return {
    part,
    rows,
    unusable: 0,
    labels: counts,
    characters: { min: 11, median: 92, p90: 170, p95: 182, p99: 194, max: 210 },
    characterLengths: bell(6, 34, rows),
    tokenLengths: bell(1, 40, rows),
    tokens: { min: 3, median: 21, p90: 37, p95: 39, p99: 40, max: 40 },
    ...(part === 'train' ? {} : { coverage: { tokens: 0.987, types: 0.861 } }),
  };
}

/** Bins of a bell, so many of them. */
function bell(width: number, bins: number, rows: number): LengthHistogram {
  const weights = Array.from({ length: bins }, (_, at) => Math.exp(-(((at - bins / 2) / (bins / 5)) ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { width, counts: weights.map((weight) => Math.round((rows * weight) / total)) };
}

function findingsOf(rows: number): DatasetFinding[] {
  const count = duplicatesOf({ rows });
  return [
    {
      code: 'dataset.duplicate',
      severity: 'warning',
      count,
      message: `${count.toLocaleString('en')} rows with text and label of an earlier one.`,
      remedy: 'Leave out all but the first, unless their number means something.',
      fix: 'duplicates',
      rows: [],
    },
    {
      code: 'dataset.imbalance',
      severity: 'info',
      count: 2,
      message: '"cold" has 540 rows, "warm" 40: 14 times as many.',
      remedy: 'Look at macro F1 beside accuracy; "training.loss.classWeights": "balanced" weighs rare labels more.',
      rows: [],
    },
    {
      code: 'dataset.markup',
      severity: 'info',
      count: 12,
      message: '12 texts have HTML in them.',
      remedy: 'Set "text.cleaning": ["stripHtml"].',
      rows: [],
    },
  ];
}
