// From what a survey counted to findings: each with a code, a count, its rows, and what to do.
import type { DatasetFinding, Remedy } from '../../protocol/datasetReport.ts';
import type { Dataset } from '../../schema/dataset.ts';
import { type DatasetSurvey, type PartSurvey, rowsOfLabel } from './datasetSurvey.ts';

interface RowFinding {
  code: string;
  says: (count: string) => string;
  remedy: string;
  fix?: Remedy;
}

const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

const ROW_FINDINGS: readonly RowFinding[] = [
  {
    code: 'dataset.leak',
    says: (rows) => `${rows} with a text that also stands in another part: scores on them say little about new texts.`,
    remedy: 'Leave out the copies in training, and those in validation that are in test.',
    fix: 'leaks',
  },
  {
    code: 'dataset.conflict',
    says: (rows) => `${rows} with the text of another row and another label: nothing can learn both.`,
    remedy: 'Look at them; leave out both, or mend the file.',
    fix: 'conflicts',
  },
  {
    code: 'dataset.duplicate',
    says: (rows) => `${rows} with text and label of an earlier one.`,
    remedy: 'Leave out all but the first, unless their number means something.',
    fix: 'duplicates',
  },
  {
    code: 'dataset.nearLeak',
    says: (rows) => `${rows} almost equal to one of another part.`,
    remedy: 'Leave them out of training.',
    fix: 'nearDuplicates',
  },
  {
    code: 'dataset.nearDuplicate',
    says: (rows) => `${rows} almost equal to an earlier one.`,
    remedy: 'Leave out all but the first.',
    fix: 'nearDuplicates',
  },
  {
    code: 'dataset.emptyText',
    says: (rows) => `${rows} without text. Training skips them.`,
    remedy: 'Leave them out, so that they are not counted as mistakes.',
    fix: 'unusable',
  },
  {
    code: 'dataset.emptyLabel',
    says: (rows) => `${rows} without label. Training skips them.`,
    remedy: 'Leave them out, or name another label column.',
    fix: 'unusable',
  },
  {
    code: 'dataset.badRow',
    says: (rows) => `${rows} that cannot be read. Training skips them.`,
    remedy: 'Leave them out, or correct format, delimiter and columns in the manifest.',
    fix: 'unusable',
  },
  {
    code: 'dataset.badCharacter',
    says: (rows) => `${rows} with characters that could not be decoded.`,
    remedy: 'Set another "encoding" in the manifest.',
  },
];

/** Texts at the very longest length, at least, that show a cut. */
const MIN_CUT_ROWS = 20;
const MIN_CUT_SHARE = 0.01;
const IMBALANCE = 10;
const FEW_ROWS = 10;

/** The findings of a survey, what matters most first. `maxLength` in tokens is the config's. */
export function findingsOf(survey: DatasetSurvey, manifest: Dataset, maxLength: number): DatasetFinding[] {
  const found = ROW_FINDINGS.flatMap(({ code, says, remedy, fix }): DatasetFinding[] => {
    const count = survey.found.count(code);
    if (count === 0) return [];
    const message = says(plural(count, 'row', 'rows'));
    return [{ code, severity: 'warning', count, message, remedy, fix, rows: survey.found.rows(code) }];
  });
  return [
    ...found,
    ...labelFindings(survey),
    ...lengthFindings(survey, maxLength),
    ...styleFindings(survey),
    ...fileFindings(manifest),
  ];
}

type Fact = Omit<DatasetFinding, 'rows'>;
const withoutRows = (fact: Fact): DatasetFinding => ({ ...fact, rows: [] });

/** None of data that has no labels at all. */
function labelFindings(survey: DatasetSurvey): DatasetFinding[] {
  const labels = survey.parts.get('train')?.labels;
  if (!labels || (labels.size === 1 && labels.has(''))) return [];
  return [...unknownLabels(survey, labels), ...labelCounts(labels).map(withoutRows)];
}

type Counts = ReadonlyMap<string, number>;

function unknownLabels({ parts, found }: DatasetSurvey, known: Counts): DatasetFinding[] {
  const unknown = [...parts].flatMap(([part, { labels }]) =>
    [...labels].filter(([label]) => !known.has(label)).map(([label, count]) => ({ part, label, count })),
  );
  if (unknown.length === 0) return [];
  const list = unknown.slice(0, 5).map(({ part, label }) => `"${label}" (${part})`);
  return [
    {
      code: 'dataset.unknownLabel',
      severity: 'warning',
      count: unknown.reduce((sum, { count }) => sum + count, 0),
      message: `Labels that training does not have: ${list.join(', ')}. Their rows cannot be scored.`,
      remedy: 'Check the label columns and labelPart of the files, or leave these rows out.',
      fix: 'unusable',
      rows: [...new Set(unknown.map(({ label }) => label))].flatMap((label) => found.rows(rowsOfLabel(label))),
    },
  ];
}

/** How many there are, and of how many rows. */
function labelCounts(labels: Counts): Fact[] {
  const counts = [...labels].sort((a, b) => b[1] - a[1]);
  if (counts.length < 2) {
    return [
      {
        code: 'dataset.oneLabel',
        severity: 'warning',
        count: counts.length,
        message: `There is only the label "${counts[0]?.[0] ?? ''}".`,
        remedy: 'Check labelColumn: classification needs at least two labels.',
      },
    ];
  }
  const findings: Fact[] = [];
  const [[most, mostCount], [least, leastCount]] = [counts[0], counts[counts.length - 1]];
  if (mostCount >= leastCount * IMBALANCE) {
    findings.push({
      code: 'dataset.imbalance',
      severity: 'info',
      count: counts.length,
      message: `"${most}" has ${plural(mostCount, 'row', 'rows')}, "${least}" ${leastCount}: ${Math.round(mostCount / leastCount)} times as many.`,
      remedy: 'Look at macro F1 beside accuracy: accuracy hardly shows how rare labels do.',
    });
  }
  const few = counts.filter(([, count]) => count < FEW_ROWS);
  if (few.length > 0) {
    findings.push({
      code: 'dataset.fewRows',
      severity: 'info',
      count: few.length,
      message: `${plural(few.length, 'label has', 'labels have')} fewer than ${FEW_ROWS} rows, such as "${few[0][0]}".`,
      remedy: 'Nothing can be said of scores on them; join labels, or collect more.',
    });
  }
  return findings;
}

function lengthFindings({ parts }: DatasetSurvey, maxLength: number): DatasetFinding[] {
  const findings: Fact[] = [];
  for (const [part, { characters, tokens, labels }] of parts) {
    const atLongest = characters.countOf(characters.max);
    if (labels.has('')) continue;
    if (atLongest >= MIN_CUT_ROWS && atLongest >= characters.count * MIN_CUT_SHARE && characters.max > 30) {
      findings.push({
        code: 'dataset.truncated',
        severity: 'info',
        part,
        count: atLongest,
        message: `${atLongest} texts of ${part} have exactly ${characters.max} characters, the most there are: they look cut.`,
        remedy: 'Nothing is lost here, but what was cut is missing.',
      });
    }
    const long = tokens.countAbove(maxLength);
    if (long === 0) continue;
    findings.push({
      code: 'dataset.long',
      severity: 'info',
      part,
      count: long,
      message: `${plural(long, 'text', 'texts')} of ${part} with more than ${maxLength} tokens: a config with "text.maxLength": ${maxLength} cuts them.`,
      remedy: `95 % have up to ${tokens.percentiles().p95} tokens, 99 % up to ${tokens.percentiles().p99}.`,
    });
  }
  return findings.map(withoutRows);
}

const STYLE_FINDINGS: readonly { code: string; message: string; remedy: string }[] = [
  {
    code: 'dataset.placeholder',
    message: '<unk> or [UNK] in the place of rare words',
    remedy: 'It counts as a word of its own; texts to predict on should have it as well.',
  },
  {
    code: 'dataset.markup',
    message: 'HTML in them',
    remedy: 'Set "text.cleaning": ["stripHtml"].',
  },
  {
    code: 'dataset.accents',
    message: 'letters with accents',
    remedy: 'Set "text.cleaning": ["stripAccents"] if they make no difference.',
  },
  {
    code: 'dataset.combining',
    message: 'letters with combining marks, of which the same letter has two forms',
    remedy: 'Set "text.cleaning": ["nfc"].',
  },
  {
    code: 'dataset.mojibake',
    message: 'signs of a wrong encoding, such as "Ã©" for "é"',
    remedy: 'Set another "encoding" in the manifest, or mend the file.',
  },
];

function styleFindings({ parts }: DatasetSurvey): DatasetFinding[] {
  const all = [...parts.values()];
  const sum = (of: (part: PartSurvey) => number): number => all.reduce((total, part) => total + of(part), 0);
  const fact = (code: string, count: number, message: string, remedy: string): DatasetFinding[] =>
    count === 0 ? [] : [{ code, severity: 'info', count, message, remedy, rows: [] }];
  const rows = sum(({ style }) => style.rows);
  const simplified = sum(({ style }) => style.count('simplified'));
  const traditional = sum(({ style }) => style.count('traditional'));
  const lineBreaks = sum((part) => part.lineBreaks);
  return [
    ...STYLE_FINDINGS.flatMap(({ code, message, remedy }) => {
      const count = sum(({ style }) => style.count(code));
      return fact(code, count, `${plural(count, 'text has', 'texts have')} ${message}.`, remedy);
    }),
    ...fact(
      'dataset.lineBreaks',
      lineBreaks,
      `${plural(lineBreaks, 'text has', 'texts have')} line breaks within: rows of the file are longer than a line.`,
      'They are read as they are; "text.cleaning": ["collapseWhitespace"] makes spaces of them.',
    ),
    ...fact(
      'dataset.lowercase',
      all.every(({ style }) => style.isLowerCase) ? rows : 0,
      'All texts are lower case.',
      'Set "text.tokenizer.lowercase": true, so that texts to predict on are read the same.',
    ),
    ...fact(
      'dataset.tokenised',
      all.every(({ style }) => style.isTokenised) ? rows : 0,
      'Punctuation stands apart from words: the texts are tokenised already.',
      'Set "text.tokenizer.type": "whitespace" to keep these tokens; texts to predict on must be tokenised the same way.',
    ),
    ...fact(
      'dataset.mixedChinese',
      Math.min(simplified, traditional) > rows / 1000 ? Math.min(simplified, traditional) : 0,
      `Simplified characters stand in ${plural(simplified, 'text', 'texts')}, traditional ones in ${traditional.toLocaleString('en-US')}.`,
      'The same word has two forms; convert one to the other before, or take more data.',
    ),
  ];
}

function fileFindings({ files }: Dataset): DatasetFinding[] {
  const other = files.filter(({ encoding }) => encoding !== undefined && encoding !== 'auto' && encoding !== 'utf-8');
  if (other.length === 0) return [];
  return [
    {
      code: 'dataset.encoding',
      severity: 'info',
      count: other.length,
      message: `${other.map(({ path, encoding }) => `${path} is ${encoding}`).join(', ')}, not UTF-8.`,
      remedy: 'It is read as such; check that letters with accents look right, or set another "encoding".',
      rows: [],
    },
  ];
}
