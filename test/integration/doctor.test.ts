// gatescope doctor: what it says of this machine, and of copies whose kernels are damaged or gone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { EngineInfo } from '../../extension/protocol/engineInfo.ts';
import { CLI_PATH } from './support.ts';

interface Copy {
  /** Folder of the copy's kernels. */
  kernels: string;
  /** Folder that takes the place of the user's cache. */
  cache: string;
  doctor(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** What ships, copied, with a cache of its own, or one elsewhere. */
async function makeCopy(t: TestContext, cacheHome?: string): Promise<Copy> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-doctor-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const [dist, cache] = [join(dir, 'dist'), cacheHome ?? join(dir, 'cache')];
  if (!cacheHome) await mkdir(cache);
  for (const name of ['cli.cjs', 'kernelThread.cjs', 'kernelCheck.cjs', 'kernels'])
    await cp(join(dirname(CLI_PATH), name), join(dist, name), { recursive: true });
  const env = { ...process.env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache };
  return {
    kernels: join(dist, 'kernels'),
    cache,
    doctor: (...args) =>
      new Promise((settle) =>
        execFile(process.execPath, [join(dist, 'cli.cjs'), 'doctor', ...args], { env }, (error, stdout, stderr) =>
          settle({ code: error ? Number(error.code) : 0, stdout, stderr }),
        ),
      ),
  };
}

async function factsOf({ doctor }: Copy, ...args: string[]): Promise<EngineInfo & { code: number }> {
  const { code, stdout, stderr } = await doctor('--json', ...args);
  assert.equal(stderr, '');
  return { ...(JSON.parse(stdout) as EngineInfo), code };
}

const workingKinds = ({ carriers }: EngineInfo): string[] =>
  carriers.filter(({ instructions }) => instructions).map(({ kind }) => kind);

test('doctor says what computes, how fast, and where verdicts are kept', async (t) => {
  const copy = await makeCopy(t);
  const info = await factsOf(copy);
  assert.equal(info.code, 0);
  assert.deepEqual(workingKinds(info), ['native', 'wasm', 'wasm-plain']);
  assert.deepEqual(
    info.carriers.map(({ isBitExact }) => isBitExact),
    [true, true, false],
  );
  assert.equal(info.computes?.used, 'native');
  assert.equal(info.verdictsFile, join(copy.cache, 'gatescope', 'kernels.json'));
  assert.match(await readFile(info.verdictsFile, 'utf8'), /avx2|neon/);
  for (const { roofline, gemm } of Object.values(info.speed!)) {
    t.diagnostic(`roofline ${roofline.toFixed(1)}, matrix product ${gemm.toFixed(1)} GF/s`);
    assert.ok(roofline > 0 && gemm > 0 && Number.isFinite(roofline + gemm));
  }
  assert.equal(info.versions.node, process.versions.node);
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));
  assert.equal(info.versions.gatescope, version);
  const text = await copy.doctor('--threads', '1');
  assert.equal(text.code, 0);
  assert.match(text.stdout, /^ {2}Computes with native kernels \(\w+\), 1 thread$/m);
  assert.doesNotMatch(text.stdout, /2 threads: roofline/);
});

test('a cache folder in which nothing can be made is told, and everything else works', async (t) => {
  const copy = await makeCopy(t, '/proc/gatescope-cache');
  const info = await factsOf(copy);
  assert.equal(info.code, 0);
  assert.equal(info.computes?.used, 'native');
  assert.equal(info.verdictsFile, '/proc/gatescope-cache/gatescope/kernels.json');
  assert.match(info.verdictsProblem ?? '', /ENOENT.*\/proc\/gatescope-cache/);
  const { code, stdout } = await copy.doctor('--threads', '1');
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}Verdicts on native kernels cannot be kept in \/proc\/gatescope-cache/m);
});

test('a damaged native file is said, and WebAssembly computes instead', async (t) => {
  const copy = await makeCopy(t);
  for (const name of await readdir(copy.kernels))
    if (name.endsWith('.node')) await writeFile(join(copy.kernels, name), 'no library');
  const info = await factsOf(copy);
  assert.equal(info.code, 0);
  assert.equal(info.computes?.used, 'wasm');
  assert.match(info.computes?.reason ?? '', /^native: its self-test ended with/);
  assert.deepEqual(workingKinds(info), ['wasm', 'wasm-plain']);
  assert.deepEqual(info.carriers[0].refused, [info.computes?.reason]);
});

test('without kernels plain TypeScript computes; a backend that was asked for by name is exit code 1', async (t) => {
  const copy = await makeCopy(t);
  await rm(copy.kernels, { recursive: true });
  const info = await factsOf(copy);
  assert.equal(info.code, 0);
  assert.equal(info.computes?.used, 'cpu');
  assert.equal(info.speed, undefined);
  assert.deepEqual(workingKinds(info), []);
  for (const { kind, refused } of info.carriers) assert.match(refused[0], new RegExp(`^${kind}: .*ENOENT`));
  const { code, stdout } = await copy.doctor('--backend', 'wasm');
  assert.equal(code, 1);
  assert.match(
    stdout,
    /Nothing computes: The backend "wasm" cannot run here .*Set engine\.backend to "auto" or "cpu"\./,
  );
  assert.match(stdout, /^ {2}wasm: does not run here/m);
});
