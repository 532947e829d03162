// A dataset's report for a terminal.
import { relative } from 'node:path';
import type { DatasetFinding, DatasetReport, Percentiles, Remedy } from '../../../../protocol/datasetReport.ts';
import { withRemedy } from '../../../../util/userError.ts';
import { count, percent, table } from '../../format.ts';

const MAX_LABELS = 30;
const MAX_TOKENS = 12;

/** The option of `dataset fix` for a remedy. */
export const OPTION_OF: Readonly<Record<Remedy, string>> = {
  duplicates: 'exclude-duplicates',
  nearDuplicates: 'exclude-near-duplicates',
  conflicts: 'exclude-conflicts',
  leaks: 'exclude-leaks',
  unusable: 'exclude-unusable',
};

export function partsTable({ parts }: DatasetReport): string {
  const rows = parts.map(({ part, rows, unusable, labels, characters }) => [
    part,
    count(rows),
    count(unusable),
    labels.length === 0 ? '–' : count(labels.length),
    `${characters.median} / ${characters.p95} / ${characters.max}`,
  ]);
  return table(['part', 'rows', 'unusable', 'labels', 'characters: median / 95 % / most'], rows);
}

export function reportText(report: DatasetReport, cwd: string): string {
  return [
    partsTable(report),
    ...labelsTable(report),
    lengthsTable(report),
    ...vocabularyLines(report),
    `Scripts: ${report.scripts.map(({ script, share }) => `${script} ${percent(share)}`).join(', ') || 'no letters'}`,
    ...findingLines(report, cwd),
    ...(report.limits.length > 0 ? [report.limits.join('\n')] : []),
  ].join('\n\n');
}

function labelsTable({ parts }: DatasetReport): string[] {
  const labels = [...new Set(parts.flatMap((part) => part.labels.map(({ label }) => label)))];
  if (labels.length === 0) return [];
  const cell = (part: DatasetReport['parts'][number], label: string): string => {
    const found = part.labels.find((entry) => entry.label === label)?.count ?? 0;
    return `${count(found)}  ${percent(found / Math.max(1, part.rows))}`;
  };
  const rows = labels.slice(0, MAX_LABELS).map((label) => [label, ...parts.map((part) => cell(part, label))]);
  const more = labels.length > MAX_LABELS ? `\n… and ${labels.length - MAX_LABELS} more labels` : '';
  return [table(['label', ...parts.map(({ part }) => part)], rows) + more];
}

function lengthsTable({ parts }: DatasetReport): string {
  const row = (name: string, { min, median, p90, p95, p99, max }: Percentiles): string[] => [
    name,
    ...[min, median, p90, p95, p99, max].map(count),
  ];
  const rows = parts.flatMap(({ part, characters, tokens }) => [
    row(`${part}, characters`, characters),
    ...(tokens ? [row(`${part}, tokens`, tokens)] : []),
  ]);
  return table(['length', 'least', 'median', '90 %', '95 %', '99 %', 'most'], rows);
}

function vocabularyLines({ vocabulary, parts }: DatasetReport): string[] {
  if (!vocabulary) return [];
  const { size, total, growth, frequent, once } = vocabulary;
  const named = (tokens: readonly string[]): string =>
    tokens
      .slice(0, MAX_TOKENS)
      .map((token) => JSON.stringify(token))
      .join(' ');
  const points = growth.filter((_, at) => at % 4 === 0 || at === growth.length - 1);
  const covered = parts.flatMap(({ part, coverage }) =>
    coverage
      ? [
          `${part}: training has ${percent(coverage.tokens)} of the tokens, ${percent(coverage.types)} of the different ones`,
        ]
      : [],
  );
  return [
    [
      `Vocabulary of training: ${count(size)} different of ${count(total)} tokens; ${count(once.count)} occur once.`,
      `It grows: ${points.map(({ tokens, types }) => `${count(types)} after ${count(tokens)}`).join(', ')}`,
      `Most frequent: ${named(frequent.map(({ token }) => token))}`,
      `Once: ${named(once.examples)}`,
      ...covered,
    ].join('\n'),
  ];
}

/** The same with fewer rows to each finding. */
export function withRows(report: DatasetReport, maxRows: number): DatasetReport {
  const findings = report.findings.map((finding) => ({ ...finding, rows: finding.rows.slice(0, maxRows) }));
  return { ...report, findings };
}

export function findingLines({ findings }: DatasetReport, cwd: string): string[] {
  if (findings.length === 0) return ['Nothing wrong was found.'];
  return findings.map((finding) => findingText(finding, cwd));
}

function findingText(
  { code, severity, message, remedy, fix, count: found, rows }: DatasetFinding,
  cwd: string,
): string {
  const place = (path: string, line: number): string => `${relative(cwd, path) || path}:${line}`;
  const listed = rows.map(
    ({ path, line, other }) => `  ${place(path, line)}${other ? ` (as ${place(other.path, other.line)})` : ''}`,
  );
  const more = rows.length > 0 && found > rows.length ? [`  … and ${count(found - rows.length)} more`] : [];
  const option = fix ? ` (dataset fix --${OPTION_OF[fix]})` : '';
  return [`${severity}: ${withRemedy(message, remedy)}${option} [${code}]`, ...listed, ...more].join('\n');
}
