// A reporter of node:test for scripts/test.ts: a line of JSON for each fact that it tells.
import { relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export type TestFact =
  | { kind: 'note'; text: string }
  | { kind: 'failure'; name: string; place: string; reason: string }
  | { kind: 'counts'; passed: number; failed: number };

interface TestData {
  name: string;
  file?: string;
  line?: number;
  skip?: unknown;
  todo?: unknown;
  message?: string;
  details?: { error?: Error & { failureType?: string } };
  counts?: { passed: number; failed: number; cancelled: number; skipped: number; todo: number };
}

const REASON_LENGTH = 500;
const MAX_CAUSES = 3;

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from there.
export default async function* report(source: AsyncIterable<{ type: string; data: TestData }>): AsyncGenerator<string> {
  const errorOutput = new Map<string, string>();
  for await (const { type, data } of source) {
    const file = resolve(data.file ?? '');
    if (type === 'test:stderr') errorOutput.set(file, (errorOutput.get(file) ?? '') + data.message);
    const fact = factOf(type, data, errorOutput.get(file) ?? '');
    if (fact) yield `${JSON.stringify(fact)}\n`;
  }
}

function factOf(type: string, data: TestData, errorOutput: string): TestFact | undefined {
  // Counts of a single file have its name.
  if (type === 'test:summary' && data.counts && data.file === undefined) {
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    return { kind: 'counts', passed, failed: failed + cancelled + skipped + todo };
  }
  if (type === 'test:diagnostic' && data.file !== undefined) return { kind: 'note', text: data.message ?? '' };
  if (type === 'test:pass' && (data.skip !== undefined || data.todo !== undefined))
    return failure(data, 'It was left out.');
  if (type !== 'test:fail') return undefined;
  const { error } = data.details ?? {};
  // Each of its parts that failed has told so itself.
  if (error?.failureType === 'subtestsFailed') return undefined;
  // A file that ended by itself has said why, if at all, on its way.
  const isWholeFile = data.file !== undefined && resolve(data.name) === data.file;
  return failure(data, isWholeFile ? `${reasonOf(error)}\n${errorOutput}` : reasonOf(error));
}

function failure({ name, file, line }: TestData, reason: string): TestFact {
  const place = file === undefined ? '' : `${relative(process.cwd(), file)}:${line ?? 1}`;
  return { kind: 'failure', name, place, reason: shortened(stripVTControlCharacters(reason)) };
}

/** Messages of an error and of what caused it, and the first place of ours that it went through. */
function reasonOf(error: unknown): string {
  const messages: string[] = [];
  let place: string | undefined;
  for (let at = error; at !== undefined && messages.length <= MAX_CAUSES; at = (at as { cause?: unknown }).cause) {
    const { message = String(at), code, stack } = at as { message?: string; code?: string; stack?: string };
    place ??= /\/((?:test|extension|webview|scripts)\/[^\s()]+:\d+:\d+)/.exec(stack ?? '')?.[1];
    // The runner wraps what a test throws.
    if (code !== 'ERR_TEST_FAILURE' || !(at as { cause?: unknown }).cause) messages.push(message.trim());
  }
  return [...new Set(messages)].join('\n  because: ') + (place === undefined ? '' : `\nat ${place}`);
}

/** Both ends of it, without the frames and the version of Node. */
function shortened(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const own = lines.filter((line) => !/^$|^ +at .*\bnode:|^Node\.js v/.test(line)).join('\n');
  if (own.length <= REASON_LENGTH) return own;
  return `${own.slice(0, (REASON_LENGTH * 3) / 4)} … ${own.slice(-REASON_LENGTH / 4)}`;
}
