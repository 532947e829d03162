// The kernels for arm64, emulated: training gives the same bits as on this processor.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import * as esbuild from 'esbuild';
import { prepareBackend } from '../../extension/engine/backend/backend.ts';
import { setMachine } from '../../extension/engine/backend/gatescopeBackend.ts';
import { ensureArm64 } from '../support/installArm64.ts';
import { trainedBits } from '../support/kernelTraining.ts';
import { CARRIERS_HERE, openTestMachine } from '../unit/kernels/support.ts';

const THREADS = 2;

test('linux-arm64 (NEON), emulated: the same weights as here after 50 steps of training', async (t) => {
  if (`${process.platform}-${process.arch}` !== 'linux-x64') {
    t.diagnostic(
      `NOT RUN: the arm64 kernels are emulated on linux-x64 only, this is ${process.platform}-${process.arch}`,
    );
    return;
  }
  const { node } = await ensureArm64();
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-arm64-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'trainedBits.cjs');
  await esbuild.build({
    entryPoints: [resolve(import.meta.dirname, '../support/trainedBits.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  const root = resolve(import.meta.dirname, '../..');
  const source = { kind: 'native', path: join(root, 'prebuilt/kernels-linux-arm64.node'), set: 'neon' };
  const thread = join(root, 'dist/kernelThread.cjs');
  const printed = await node([outfile, JSON.stringify(source), String(THREADS), thread]);
  const { arch, instructions, isExpected, ...bits } = JSON.parse(printed);
  assert.deepEqual([arch, instructions, isExpected], ['arm64', 'neon', true]);

  prepareBackend();
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  setMachine(machine);
  assert.deepEqual(bits, trainedBits());
  setMachine(undefined);
  await machine.close();
});
