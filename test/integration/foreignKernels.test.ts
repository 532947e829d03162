// The kernels for other systems, run here: training gives the same bits as on this one.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import * as esbuild from 'esbuild';
import { prepareBackend } from '../../extension/engine/backend/backend.ts';
import { setMachine } from '../../extension/engine/backend/gatescopeBackend.ts';
import { instructionSets } from '../../extension/node/kernels/nativeAddon.ts';
import { ensureArm64, type ForeignNode } from '../support/installArm64.ts';
import { ensureWindows, windowsPath } from '../support/installWindows.ts';
import { trainedBits } from '../support/kernelTraining.ts';
import { CARRIERS_HERE, openTestMachine } from '../unit/kernels/support.ts';

const THREADS = 2;
const ROOT = resolve(import.meta.dirname, '../..');
const THREAD_FILE = join(ROOT, 'dist/kernelThread.cjs');
const here = `${process.platform}-${process.arch}`;

let folder = '';
/** The program that trains, as one file. */
let program = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-foreign-'));
  program = join(folder, 'trainedBits.cjs');
  await esbuild.build({
    entryPoints: [resolve(import.meta.dirname, '../support/trainedBits.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
});
after(() => rm(folder, { recursive: true, force: true }));

/** What 50 steps of training give on this system. */
async function bitsHere(): Promise<ReturnType<typeof trainedBits>> {
  prepareBackend();
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  setMachine(machine);
  const bits = trainedBits();
  setMachine(undefined);
  await machine.close();
  return bits;
}

/** Whether this system can run others; says loudly where it cannot. */
function isRun(t: TestContext, what: string): boolean {
  if (here !== 'linux-x64') t.diagnostic(`NOT RUN: ${what} are run on linux-x64 only, this is ${here}`);
  return here === 'linux-x64';
}

interface Foreign {
  system: 'linux-arm64' | 'win32-x64';
  set: string;
  /** A path as the other system sees it. */
  path?(path: string): string;
}

async function assertSameBits({ node }: ForeignNode, foreign: Foreign): Promise<void> {
  const { system, set, path = (own) => own } = foreign;
  const source = { kind: 'native', path: path(join(ROOT, `prebuilt/kernels-${system}.node`)), set };
  const printed = await node([path(program), JSON.stringify(source), String(THREADS), path(THREAD_FILE)]);
  const { system: found, instructions, isExpected, ...bits } = JSON.parse(printed);
  assert.deepEqual([found, instructions, isExpected], [system, set, true]);
  assert.deepEqual(bits, await bitsHere());
}

test('linux-arm64 (NEON), emulated: the same weights as here after 50 steps of training', async (t) => {
  if (!isRun(t, 'the arm64 kernels')) return;
  await assertSameBits(await ensureArm64(), { system: 'linux-arm64', set: 'neon' });
});

test('win32-x64, every set of instructions of this processor, under Wine: the same weights as here after 50 steps', async (t) => {
  if (!isRun(t, 'the kernels for Windows')) return;
  const windows = await ensureWindows();
  for (const set of instructionSets(join(ROOT, 'prebuilt/kernels-linux-x64.node'))) {
    await assertSameBits(windows, { system: 'win32-x64', set, path: windowsPath });
  }
});
