// A data preview as plain text that reads well top to bottom. Pure.
import type { DataPreview } from '../../protocol/engineContract.ts';

export function previewText(preview: DataPreview, part: string): string {
  const { how, rows, labels, tokensPerText, badRows } = preview;
  const blocks = [
    [`Preview of the ${part} data`, ...how.map((line) => `  ${line}`)],
    [countLine(preview), ...labels.map(({ label, count }) => `  ${String(count).padStart(9)}  ${label}`)],
    [
      `Tokens per text: median ${tokensPerText.median}, 95th percentile ${tokensPerText.p95}, longest ${tokensPerText.max}`,
    ],
    badRows.length > 0
      ? ['Rows that cannot be used:', ...badRows.map(({ path, line, reason }) => `  ${path}:${line}  ${reason}`)]
      : [],
    ...rows.map(rowLines),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function countLine({ rowsRead, isComplete, labels }: DataPreview): string {
  const rows = `${counted(rowsRead, 'row')}${isComplete ? '' : ' read so far'}`;
  return labels.length > 0 ? `${rows}, ${counted(labels.length, 'label')}:` : rows;
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

function rowLines({ path, line, label, text, cleaned, tokens }: DataPreview['rows'][number]): string[] {
  return [
    label === '' ? `${path}:${line}` : `${path}:${line}  [${label}]`,
    `  text    ${oneLine(text)}`,
    ...(cleaned === text ? [] : [`  cleaned ${oneLine(cleaned)}`]),
    `  tokens  ${tokens.map(oneLine).join(' | ')}`,
  ];
}

const oneLine = (text: string): string => text.replace(/\r/g, '\\r').replace(/\n/g, '\\n').replace(/\t/g, '\\t');
