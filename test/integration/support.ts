// A small project of our own making in a temporary folder, and the built command line run in it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { EngineContract } from '../../extension/protocol/engineContract.ts';
import { type Client, connect } from '../../extension/protocol/rpc.ts';

export const CLI_PATH = resolve(import.meta.dirname, '../../dist/cli.cjs');
export const WORKER_PATH = resolve(import.meta.dirname, '../../dist/worker.cjs');

const WARM = ['sun', 'summer', 'fire', 'desert', 'oven', 'noon', 'lava', 'sauna'];
const COLD = ['snow', 'winter', 'ice', 'glacier', 'frost', 'polar', 'sleet', 'igloo'];
const OTHER = ['the', 'a', 'was', 'very', 'and', 'we', 'saw', 'near', 'house', 'it', 'is', 'so', 'today', 'there'];

/** A small generator that is not the product's: x ← 1664525 x + 1013904223 mod 2³². */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Rows `text,label` in which two words of the label's list stand among others. */
export function makeRows(count: number, seed: number): string {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)];
  const rows = Array.from({ length: count }, (_, row) => {
    const telling = row % 2 === 0 ? WARM : COLD;
    const words = Array.from({ length: 4 + Math.floor(random() * 6) }, () => pick(OTHER));
    words.splice(Math.floor(random() * words.length), 0, pick(telling));
    words.splice(Math.floor(random() * words.length), 0, pick(telling));
    return `${words.join(' ')},${row % 2 === 0 ? 'warm' : 'cold'}`;
  });
  return `text,label\n${rows.join('\n')}\n`;
}

export const CONFIG = `{
  // A project made by a test.
  "name": "Weather",
  "data": {
    "train": { "path": "train.csv" },
    "validation": { "split": 0.2 },
    "test": { "path": "test.csv" }
  },
  "text": { "tokenizer": { "type": "word", "lowercase": true }, "maxLength": 20 },
  "model": {
    "embedding": { "size": 8, "dropout": 0.1 },
    "encoder": { "type": "lstm", "hiddenSize": 8, "bidirectional": true },
    "pooling": "max"
  },
  "training": { "epochs": 4, "batchSize": 16, "seed": 7, "optimizer": { "type": "adam", "learningRate": 0.02 } }
}
`;

export interface Project {
  dir: string;
  configPath: string;
  /** `.gatescope/runs` of the config. */
  runsDir: string;
}

/** Gone when the test ends. */
export async function makeProject(t: TestContext, rows = 200): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-integration-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'train.csv'), makeRows(rows, 1));
  await writeFile(join(dir, 'test.csv'), makeRows(60, 2));
  const configPath = join(dir, 'weather.gatescope.json');
  await writeFile(configPath, CONFIG);
  return { dir, configPath, runsDir: join(dir, '.gatescope', 'runs') };
}

export const TEXT_CONFIG = `{
  "task": "languageModel",
  "data": { "train": { "path": "train.txt" }, "validation": { "split": 0.1 }, "test": { "path": "test.txt" } },
  "text": { "tokenizer": { "type": "character" } },
  "model": { "embedding": { "type": "oneHot" }, "encoder": { "type": "lstm", "hiddenSize": 16 } },
  "training": {
    "epochs": 3, "batchSize": 8, "sequenceLength": 16, "seed": 5,
    "optimizer": { "type": "adam", "learningRate": 0.02 }, "clip": { "norm": 5 }
  }
}
`;

/** Lines of few words in a fixed order, so that much can be known of the next letter. */
function makeText(lines: number, seed: number): string {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)];
  const line = (): string => `${pick(['the king', 'a queen'])} ${pick(['sees', 'knows'])} ${pick(['me', 'thee'])}.\n`;
  return Array.from({ length: lines }, line).join('');
}

/** A project with running text; gone when the test ends. */
export async function makeTextProject(t: TestContext): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-text-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'train.txt'), makeText(200, 1));
  await writeFile(join(dir, 'test.txt'), makeText(40, 2));
  const configPath = join(dir, 'king.gatescope.json');
  await writeFile(configPath, TEXT_CONFIG);
  return { dir, configPath, runsDir: join(dir, '.gatescope', 'runs') };
}

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  process: ChildProcess;
  /** Resolves when stdout holds a match. Rejects when the process ends before. */
  saw(pattern: RegExp): Promise<void>;
  /** The same of stderr. */
  sawError(pattern: RegExp): Promise<void>;
  done: Promise<CliResult>;
}

export function startCli(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): RunningCli {
  const child = spawn(process.execPath, [CLI_PATH, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    for (const watcher of [...watchers]) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    for (const watcher of [...watchers]) watcher();
  });
  const done = new Promise<CliResult>((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => settle({ code, signal, stdout, stderr }));
  });
  const sees = (pattern: RegExp, output: () => string): Promise<void> =>
    new Promise((settle, fail) => {
      const look = (): void => {
        if (!pattern.test(output())) return;
        watchers.delete(look);
        settle();
      };
      watchers.add(look);
      look();
      void done.then(() => fail(new Error(`It ended before ${pattern}: ${stdout.slice(-500)} ${stderr.slice(-2000)}`)));
    });
  const saw = (pattern: RegExp) => sees(pattern, () => stdout);
  const sawError = (pattern: RegExp) => sees(pattern, () => stderr);
  return { process: child, saw, sawError, done };
}

/** Runs a command to its end; `input` is its standard input. */
export async function runCli(args: readonly string[], cwd: string, input = ''): Promise<CliResult> {
  const running = startCli(args, cwd);
  running.process.stdin?.end(input);
  return running.done;
}

/** The JSON values of the lines of a text. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}

/** The built engine worker, whose storage is the folder `storage`. */
export function startWorker(
  t: TestContext,
  storage: string,
  env: NodeJS.ProcessEnv = process.env,
): Client<EngineContract> {
  const worker = new Worker(WORKER_PATH, { env: { ...env, GATESCOPE_STORAGE: storage } });
  t.after(() => worker.terminate());
  return connect<EngineContract>({
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage(listener) {
      worker.on('message', listener);
      return { dispose: () => void worker.off('message', listener) };
    },
    onClose(listener) {
      worker.on('exit', (code) => listener(new Error(`exit ${code}`)));
      return { dispose: () => undefined };
    },
  });
}
