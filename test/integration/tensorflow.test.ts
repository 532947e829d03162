// The backend TensorFlow through the built command line and worker: installing it, doing without it, training on it.
// npm is played by a script, so that no test depends on a network; the package itself is real (test/support/tensorflow.ts).
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import type { EngineContract } from '../../extension/protocol/engineContract.ts';
import type { Evaluation, RunManifest } from '../../extension/schema/run.ts';
import { isProcessAlive } from '../../extension/store/processes.ts';
import { UserError } from '../../extension/util/userError.ts';
import { ensureTensorflow } from '../support/tensorflow.ts';
import { jsonLines, makeProject, readJson, startCli, startWorker } from './support.ts';

const FOLDER = `tfjs-node-4.22.0-${process.platform}-${process.arch}`;
const INSTALL = ['engine', 'install', 'tensorflow'];
/** The embedding throughout, the encoder until the third epoch. */
const FREEZING = 'fineTune={"freeze":["embedding","encoder.0"],"unfreeze":[{"epoch":3,"groups":["encoder.0"]}]}';
const TRAIN_SET = ['--set', 'engine.backend="tensorflow"', '--set', 'training.epochs=2'];

interface Place {
  dir: string;
  /** Gatescope's folder in the user's cache. */
  cache: string;
  env: NodeJS.ProcessEnv;
}

/** An empty cache, and a PATH on which npm is `script` (of sh); without npm where there is none. */
async function makePlace(t: TestContext, script?: string): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-tensorflow-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const bin = join(dir, 'bin');
  await mkdir(bin);
  if (script !== undefined) {
    await writeFile(join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, 'npm'), 0o755);
  }
  const PATH = script === undefined ? bin : `${bin}:/usr/bin:/bin`;
  return { dir, cache: join(dir, 'gatescope'), env: { ...process.env, PATH, XDG_CACHE_HOME: dir } };
}

async function run(args: readonly string[], { dir, env }: Place, cwd = dir) {
  const running = startCli(args, cwd, env);
  running.process.stdin?.end();
  return running.done;
}

test('a run that asks for TensorFlow where it is missing says how to get it, and leaves no run', async (t) => {
  const place = await makePlace(t);
  const project = await makeProject(t);
  const { code, stderr } = await run(['train', project.configPath, ...TRAIN_SET], place);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /needs TensorFlow.*not installed.*gatescope engine install tensorflow.*Install TensorFlow Engine/s,
  );
  assert.ok(!existsSync(project.runsDir) || (await readdir(project.runsDir)).length === 0);
});

test('without a connection the installation says so and leaves nothing', async (t) => {
  const place = await makePlace(
    t,
    'touch half; echo "npm error code ENOTFOUND" >&2; echo "npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND" >&2; exit 1',
  );
  const { code, stdout, stderr } = await run(INSTALL, place);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /Downloading the packages \(step 1 of 3\)/);
  assert.match(
    stderr,
    /could not be downloaded: .*getaddrinfo ENOTFOUND\. Check the connection.*\[tensorflow\.offline\]/s,
  );
  assert.deepEqual(await readdir(place.cache), []);
});

test('without npm the installation says what to install', async (t) => {
  const place = await makePlace(t);
  const { code, stderr } = await run(INSTALL, place);
  assert.equal(code, 1);
  assert.match(stderr, /npm, which was not found\. Install Node\.js.*\[tensorflow\.npmMissing\]/s);
  assert.deepEqual(await readdir(place.cache), []);
});

test('a library that does not compute is not installed', async (t) => {
  const tfjsNode = 'node_modules/@tensorflow/tfjs-node';
  const place = await makePlace(
    t,
    `mkdir -p ${tfjsNode}/scripts; echo '' > ${tfjsNode}/scripts/install.js; echo 'throw new Error("no such symbol")' > ${tfjsNode}/index.js`,
  );
  const { code, stderr } = await run(INSTALL, place);
  assert.equal(code, 1);
  assert.match(stderr, /could not be installed: no such symbol\. .*\[tensorflow\.installFailed\]/s);
  assert.deepEqual(await readdir(place.cache), []);
});

test('Ctrl-C ends the installation with all its programs and leaves nothing', async (t) => {
  const place = await makePlace(t);
  const pidFile = join(place.dir, 'pid');
  const slow = await makePlace(t, `sleep 600 & echo $! > ${pidFile}; wait`);
  const running = startCli(INSTALL, slow.dir, slow.env);
  await running.sawError(/step 1 of 3/);
  while (!existsSync(pidFile) || (await readFile(pidFile, 'utf8')) === '')
    await new Promise((go) => setTimeout(go, 20));
  running.process.kill('SIGINT');
  const { code } = await running.done;
  assert.equal(code, 130);
  assert.deepEqual(await readdir(slow.cache), []);
  const pid = Number(await readFile(pidFile, 'utf8'));
  for (let n = 0; n < 100 && isProcessAlive(pid); n++) await new Promise((go) => setTimeout(go, 20));
  assert.ok(!isProcessAlive(pid), 'what npm started still runs');
});

/** What `npm ci` would have made, of links to the package that was built; its own script does nothing. */
async function npmThatLinks(t: TestContext): Promise<string> {
  const modules = join(await ensureTensorflow(), 'node_modules');
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-npm-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const script = join(dir, 'npm.cjs');
  await writeFile(
    script,
    `const { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs');
     const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
     if (!lock.packages['node_modules/@tensorflow/tfjs-node'].integrity) throw new Error('there is no checksum');
     if (process.argv[2] !== 'ci' || !process.argv.includes('--ignore-scripts')) throw new Error('not npm ci --ignore-scripts');
     const link = (from, to, except) => {
       mkdirSync(to, { recursive: true });
       for (const name of readdirSync(from)) if (name !== except) symlinkSync(from + '/' + name, to + '/' + name);
     };
     link('${modules}', 'node_modules', '@tensorflow');
     link('${modules}/@tensorflow', 'node_modules/@tensorflow', 'tfjs-node');
     link('${modules}/@tensorflow/tfjs-node', 'node_modules/@tensorflow/tfjs-node', 'scripts');
     mkdirSync('node_modules/@tensorflow/tfjs-node/scripts');
     writeFileSync('node_modules/@tensorflow/tfjs-node/scripts/install.js', '');`,
  );
  return `exec ${process.execPath} ${script} "$@"`;
}

test('what was installed trains: every run says which library computed', async (t) => {
  const place = await makePlace(t, await npmThatLinks(t));
  await mkdir(join(place.cache, 'installing-999999999-gone'), { recursive: true });
  const installed = await run(INSTALL, place);
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(installed.stdout, /TensorFlow is installed in /);
  assert.deepEqual(await readdir(place.cache), [FOLDER]);
  assert.match((await run(INSTALL, place)).stdout, /was installed already/);

  const project = await makeProject(t);
  const trained = await run(['train', project.configPath, ...TRAIN_SET], place);
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stderr, /^TensorFlow 2\.\d+\.\d+, \d+ threads?; tfjs-core/m);
  const [id] = await readdir(project.runsDir);
  const environment = await readJson(join(project.runsDir, id, 'environment.json'));
  const { requested, used, library } = environment.backend as Record<string, string>;
  assert.deepEqual([requested, used], ['tensorflow', 'tensorflow']);
  assert.match(library, /^TensorFlow 2\./);
});

test('the worker installs into the storage that it is told, tells of it, and trains there; another backend follows', async (t) => {
  const place = await makePlace(t, await npmThatLinks(t));
  const client = startWorker(t, join(place.dir, 'storage'), place.env);
  const steps: string[] = [];
  client.on('installing', ({ text }) => steps.push(text));
  const project = await makeProject(t);
  const request = { configPath: project.configPath, engine: { backend: 'tensorflow', threads: 'auto' } } as const;
  await assert.rejects(client.call('train', request), (error) => UserError.is(error, 'engine.tensorflowMissing'));
  assert.deepEqual(await client.call('installTensorflow', {}), { isNew: true });
  assert.equal(steps.length, 3);
  assert.deepEqual(await readdir(join(place.dir, 'storage')), [FOLDER]);
  const used: unknown[] = [];
  for (const backend of ['tensorflow', 'cpu'] as const) {
    const { status, runDir } = await client.call('train', { ...request, engine: { ...request.engine, backend } });
    assert.equal(status, 'completed');
    used.push(((await readJson(join(runDir, 'environment.json'))).backend as Record<string, unknown>).used);
  }
  assert.deepEqual(used, ['tensorflow', 'cpu']);
});

test('a fault in TensorFlow ends the run, not the worker', async (t) => {
  const place = await makePlace(t, await npmThatLinks(t));
  const client = startWorker(t, join(place.dir, 'storage'), place.env);
  await client.call('installTensorflow', {});
  const project = await makeProject(t, 2000);
  const engine = { backend: 'tensorflow', threads: 'auto' } as const;
  const training = client.call('train', { configPath: project.configPath, engine });
  const { runId, runDir } = await new Promise<EngineContract['events']['started']>((settle) => {
    client.on('started', settle);
  });
  const { pid } = await readJson(join(runDir, 'run.json'));
  assert.notEqual(pid, process.pid);
  await client.call('control', { runId, action: 'pause' });
  process.kill(Number(pid), 'SIGSEGV');
  await assert.rejects(training, (error) => UserError.is(error, 'engine.died') && /SIGSEGV/.test(error.message));
  await assert.rejects(client.call('control', { runId, action: 'stop' }), (error) =>
    UserError.is(error, 'training.notHere'),
  );
  const { status } = await client.call('train', {
    configPath: project.configPath,
    engine: { ...engine, backend: 'cpu' },
  });
  assert.equal(status, 'completed');
});

test('an installation that is cancelled in the worker leaves nothing', async (t) => {
  const place = await makePlace(t, 'exec sleep 600');
  const client = startWorker(t, join(place.dir, 'storage'), place.env);
  const controller = new AbortController();
  client.on('installing', () => controller.abort());
  await assert.rejects(client.call('installTensorflow', {}, { signal: controller.signal }), { name: 'CancelledError' });
  const storage = join(place.dir, 'storage');
  for (let n = 0; n < 100 && (await readdir(storage)).length > 0; n++) await new Promise((go) => setTimeout(go, 20));
  assert.deepEqual(await readdir(storage), []);
});

test('a package that cannot be loaded is an error with its reason', async (t) => {
  const place = await makePlace(t);
  const broken = join(place.dir, 'broken');
  await mkdir(join(broken, 'node_modules/@tensorflow/tfjs-node'), { recursive: true });
  await writeFile(join(broken, 'node_modules/@tensorflow/tfjs-node/index.js'), 'throw new Error("wrong machine")');
  await mkdir(place.cache);
  await symlink(broken, join(place.cache, FOLDER));
  const project = await makeProject(t);
  const { code, stderr } = await run(['train', project.configPath, ...TRAIN_SET], place);
  assert.equal(code, 1);
  assert.match(stderr, /"tensorflow" cannot run here \(wrong machine\)/);
});

test('TensorFlow trains with frozen groups and goes on from a checkpoint: what is frozen stays, the rest is the uninterrupted run', async (t) => {
  const place = await makePlace(t);
  await mkdir(place.cache);
  await symlink(await ensureTensorflow(), join(place.cache, FOLDER));
  const train = async (epochs: number, ...more: string[]) => {
    const set = [`training.epochs=${epochs}`, 'engine={"backend":"tensorflow","threads":1}', FREEZING];
    const args = set.flatMap((each) => ['--set', each]);
    const { code, stdout, stderr } = await run(['train', ...more, '--json', ...args], place);
    assert.equal(code, 0, stderr);
    return jsonLines(stdout).at(-1)!.run as string;
  };
  const [whole, halves] = [await makeProject(t), await makeProject(t)];
  const uninterrupted = join(whole.runsDir, await train(4, whole.configPath));
  const first = join(halves.runsDir, await train(2, halves.configPath));
  assert.equal(join(halves.runsDir, await train(4, '--resume', first)), first);
  for (const dir of [uninterrupted, first]) {
    const { frozen, status, epochs } = (await readJson(join(dir, 'run.json'))) as unknown as RunManifest;
    assert.deepEqual([status, epochs.done], ['completed', 4]);
    assert.deepEqual(frozen?.parameters, ['embedding.weight']);
    assert.equal(frozen?.after, frozen?.before);
    const { movement } = (await readJson(join(dir, 'evaluation.json'))) as unknown as Evaluation;
    assert.deepEqual(
      movement?.filter(({ distance }) => distance === 0).map(({ name }) => name),
      ['embedding.weight'],
    );
  }
  const [expected, actual] = await Promise.all(
    [uninterrupted, first].map(
      async (dir) => decodeSafetensors(await readFile(join(dir, 'model.safetensors'))).tensors,
    ),
  );
  for (const [at, { name, data }] of expected.entries()) assert.deepEqual(actual[at].data, data, name);
});
