// The choice of what computes: what is missing, damaged or wrong falls through with its reason; what was asked for by name is an error.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { currentMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { EXPECTED_CHECKSUM, selfTest } from '../../../extension/engine/kernels/selfTest.ts';
import { addonFileName } from '../../../extension/node/kernels/nativeAddon.ts';
import { type KernelFiles, openMachine } from '../../../extension/node/kernels/openMachine.ts';
import { closeEngine, useEngine } from '../../../extension/node/kernels/useEngine.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { CARRIERS_HERE, FILES, openTestMachine } from './support.ts';

const NATIVE = addonFileName() as string;
const base = await mkdtemp(join(tmpdir(), 'gatescope-kernels-'));
// What a self-test said is remembered in the cache folder of the user.
process.env.XDG_CACHE_HOME = join(base, 'cache');
after(() => rm(base, { recursive: true, force: true }));
afterEach(closeEngine);

let copies = 0;

/** A copy of the kernels that may be spoilt. */
async function copyOfFiles(): Promise<KernelFiles> {
  const prebuilt = join(base, `prebuilt${copies++}`);
  await cp(FILES.prebuilt, prebuilt, { recursive: true });
  return { ...FILES, prebuilt };
}

/** Kind and reasons of what opens. */
async function opened(requested: Parameters<typeof openMachine>[0], files: KernelFiles) {
  const result = await openMachine(requested, 1, files);
  if (!('machine' in result)) return { kind: undefined, refused: result.refused };
  const { kind, instructions } = result.machine.carrier;
  await result.machine.close();
  assert.equal(kind, result.kind);
  return { kind, instructions, refused: result.refused };
}

const isUnavailable = (error: unknown): boolean => UserError.is(error, 'engine.backendUnavailable');

test('the instruction sets of this processor', (t) => {
  const names = CARRIERS_HERE.map(({ name }) => name);
  if (process.arch === 'x64') assert.ok(names.includes('native avx2'), 'these tests need a processor with AVX2');
  if (process.arch === 'x64' && !names.includes('native avx512')) {
    t.diagnostic('NOT RUN: the AVX-512 kernels, because this processor does not have AVX-512');
  }
  t.diagnostic(`kernels tested: ${names.join(', ')}`);
});

for (const carrier of CARRIERS_HERE) {
  test(`${carrier.name}: the self-test gives ${carrier.isFused ? 'the known' : 'another'} checksum, whatever the threads`, async () => {
    for (const threads of [1, 2, 4]) {
      const { machine } = await openTestMachine(carrier, threads);
      const checksum = selfTest(machine);
      assert.equal(checksum === EXPECTED_CHECKSUM, carrier.isFused, checksum);
      await machine.close();
    }
  });
}

test('by itself the native kernels are chosen, and nothing is refused', async () => {
  const { kind, instructions, refused } = await opened('auto', FILES);
  assert.equal(kind, 'native');
  assert.equal(`native ${instructions}`, CARRIERS_HERE[0].name);
  assert.deepEqual(refused, []);
});

test('a native file that is missing falls through to WebAssembly', async () => {
  const files = await copyOfFiles();
  await rm(join(files.prebuilt, NATIVE));
  const { kind, refused } = await opened('auto', files);
  assert.equal(kind, 'wasm');
  assert.match(refused.join(), /^native: .*ENOENT/);
});

for (const [what, spoil] of Object.entries({
  'cut off': (path: string) => truncate(path, 3000),
  empty: (path: string) => truncate(path, 0),
  'of another kind': (path: string) => writeFile(path, 'not a library'),
  'with its code overwritten': async (path: string) => {
    const bytes = await readFile(path);
    bytes.fill(0, 0x1000, bytes.length - 0x1000);
    await writeFile(path, bytes);
  },
})) {
  test(`a native file that is ${what} falls through to WebAssembly, with what its self-test said`, async () => {
    const files = await copyOfFiles();
    await spoil(join(files.prebuilt, NATIVE));
    const { kind, refused } = await opened('auto', files);
    assert.equal(kind, 'wasm');
    assert.match(refused.join(), /^native: its self-test ended with/);
    await assert.rejects(useEngine({ backend: 'native', threads: 1 }, files), isUnavailable);
  });
}

test('native kernels that give other bits fall through, and asked for by name are an error', async () => {
  const check = join(base, 'wrongCheck.cjs');
  await writeFile(check, 'console.log("deadbeef")');
  const files = { ...(await copyOfFiles()), check };
  // Another file than before: what the real one's test said is remembered.
  await writeFile(
    join(files.prebuilt, NATIVE),
    Buffer.concat([await readFile(join(FILES.prebuilt, NATIVE)), Buffer.of(1)]),
  );
  const { kind, refused } = await opened('auto', files);
  assert.equal(kind, 'wasm');
  assert.match(refused.join(), /its self-test gave deadbeef/);
  await assert.rejects(
    useEngine({ backend: 'native', threads: 1 }, files),
    (error) => isUnavailable(error) && /deadbeef/.test((error as Error).message),
  );
});

test('a self-test that failed once is not held against the file for ever', async () => {
  const check = join(base, 'crash.cjs');
  await writeFile(check, 'process.exit(3)');
  const files = await copyOfFiles();
  const other = Buffer.concat([await readFile(join(FILES.prebuilt, NATIVE)), Buffer.of(2)]);
  await writeFile(join(files.prebuilt, NATIVE), other);
  assert.match((await opened('native', { ...files, check })).refused.join(), /ended with code 3/);
  assert.equal((await opened('native', files)).kind, 'native');
  // What passed is: the test is not run again.
  assert.equal((await opened('native', { ...files, check })).kind, 'native');
});

test('a memory of self-tests that is damaged costs nothing but the test', async () => {
  const path = join(base, 'cache', 'gatescope', 'kernels.json');
  const check = join(base, 'refuse.cjs');
  await writeFile(check, 'console.log("tested")');
  const { kind } = await opened('native', FILES);
  assert.equal(kind, 'native');
  const passed = await readFile(path, 'utf8');
  for (const text of ['{', 'null', '[]', passed.replaceAll('true', '{}'), passed.replaceAll('true', '"true"')]) {
    await writeFile(path, text);
    assert.match((await opened('native', { ...FILES, check })).refused.join(), /gave tested/);
  }
  await writeFile(path, passed);
  assert.equal((await opened('native', { ...FILES, check })).kind, 'native');
});

test('WebAssembly that is missing or damaged falls through to the plain form, then to plain TypeScript', async () => {
  const files = await copyOfFiles();
  await rm(join(files.prebuilt, NATIVE));
  await writeFile(join(files.prebuilt, 'kernels-relaxed.wasm'), 'not wasm');
  const plain = await opened('auto', files);
  assert.equal(plain.kind, 'wasm-plain');
  assert.equal(plain.refused.length, 2);
  await rm(join(files.prebuilt, 'kernels.wasm'));
  const { used, reason, threads } = await useEngine({ backend: 'auto', threads: 2 }, files);
  assert.deepEqual([used, threads], ['cpu', 1]);
  assert.match(reason ?? '', /native: .*wasm: .*wasm-plain: /);
  assert.equal(currentMachine(), undefined);
  for (const backend of ['native', 'wasm', 'wasm-plain'] as const) {
    await assert.rejects(useEngine({ backend, threads: 1 }, files), isUnavailable);
  }
});

test('threads that cannot start are a reason as well', async () => {
  const { kind, refused } = await opened('native', FILES);
  assert.deepEqual([kind, refused], ['native', []]);
  const thread = join(base, 'noThread.cjs');
  await writeFile(thread, 'throw new Error("no thread here")');
  const result = await openMachine('native', 2, { ...FILES, thread });
  assert.ok(!('machine' in result));
  assert.match(result.refused.join(), /no thread here/);
});

for (const backend of ['native', 'wasm', 'wasm-plain'] as const) {
  test(`${backend} by name computes with the threads asked for, and plain TypeScript after it`, async () => {
    const { used, threads, reason } = await useEngine({ backend, threads: 2 }, FILES);
    assert.deepEqual([used, threads, reason], [backend, 2, undefined]);
    assert.equal(currentMachine()?.carrier.kind, backend);
    assert.equal(currentMachine()?.threads, 2);
    await useEngine({ backend: 'cpu', threads: 1 }, FILES);
    assert.equal(currentMachine(), undefined);
  });
}
