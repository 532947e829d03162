// A run that cannot go on is left as it was, byte for byte; one that is killed before it is changed can go on afterwards.
import assert from 'node:assert/strict';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../extension/util/userError.ts';
import { hashFolder } from '../support/hashFolder.ts';
import { CONFIG, jsonLines, makeProject, type Project, readJson, runCli, startCli, startWorker } from './support.ts';

/** A finished run with all that a run can have; checkpoints of epochs 1 to 3 are kept. */
async function makeFinished(project: Project): Promise<string> {
  const config = CONFIG.replace('"epochs": 4', '"epochs": 3, "checkpoints": { "everyEpochs": 1 }').replace(
    /}\s*$/,
    ', "probes": ["the sun"] }',
  );
  await writeFile(project.configPath, config);
  const { code, stdout, stderr } = await runCli(['train', project.configPath, '--json'], project.dir);
  assert.equal(code, 0, stderr);
  return join(project.runsDir, jsonLines(stdout).at(-1)!.run as string);
}

const EARLIER = ['--from', 'epoch-001'];

/** What refuses: how it comes about, the words, and arguments after `--resume RUN`. */
const REFUSALS: {
  what: string;
  change?(project: Project, dir: string): Promise<unknown>;
  args?: string[];
  says: RegExp;
}[] = [
  {
    what: 'training data that changed',
    change: ({ dir }) => writeFile(join(dir, 'train.csv'), 'text,label\nhot,warm\ncold,cold\n'.repeat(20)),
    args: EARLIER,
    says: /The train data is no longer what/,
  },
  {
    what: 'test data that is gone',
    change: ({ dir }) => rm(join(dir, 'test.csv')),
    args: [...EARLIER, '--as-saved'],
    says: /test\.csv/,
  },
  {
    what: 'settings that changed',
    change: ({ configPath }) => writeFile(configPath, CONFIG.replace('"batchSize": 16', '"batchSize": 8')),
    args: EARLIER,
    says: /training\.batchSize: 16 -> 8/,
  },
  {
    what: 'settings that cannot change',
    args: [...EARLIER, '--set', 'model.encoder.hiddenSize=9'],
    says: /cannot change these/,
  },
  { what: 'nothing left to do', says: /has done all its 3 epochs/ },
  { what: 'a checkpoint that is not there', args: ['--from', 'epoch-009'], says: /no checkpoint "epoch-009"/ },
  {
    what: 'an engine that is not there',
    args: [...EARLIER, '--set', 'engine.backend=tensorflow'],
    says: /TensorFlow/,
  },
  {
    what: 'weights that were cut off',
    change: (_project, dir) => truncate(join(dir, 'checkpoints', 'epoch-001', 'model.safetensors'), 100),
    args: EARLIER,
    says: /model\.safetensors/,
  },
  {
    what: 'an optimizer of another model',
    change: (_project, dir) =>
      cp(
        join(dir, 'checkpoints', 'epoch-001', 'model.safetensors'),
        join(dir, 'checkpoints', 'epoch-001', 'optimizer.safetensors'),
      ),
    args: EARLIER,
    says: /optimizer state of epoch-001/,
  },
  {
    what: 'a tokenizer that is gone',
    change: (_project, dir) => rm(join(dir, 'tokenizer.json')),
    args: EARLIER,
    says: /tokenizer\.json/,
  },
  {
    what: 'a log that is too short',
    change: (_project, dir) => truncate(join(dir, 'metrics.jsonl'), 20),
    args: EARLIER,
    says: /metrics\.jsonl/,
  },
  {
    what: 'a run that is still active',
    change: async (_project, dir) => {
      const manifest = await readJson(join(dir, 'run.json'));
      // The process of the test: it lives.
      const active = { ...manifest, status: 'running', pid: process.pid, resumedAt: new Date().toISOString() };
      await writeFile(join(dir, 'run.json'), JSON.stringify(active));
    },
    args: EARLIER,
    says: /is still running/,
  },
];

test('a resume that is refused leaves the run as it was, byte for byte', { timeout: 300_000 }, async (t) => {
  const project = await makeProject(t);
  const original = await makeFinished(project);
  // A machine on which nobody installed TensorFlow.
  const env = { ...process.env, GATESCOPE_STORAGE: join(project.dir, 'storage') };
  const site = `${project.dir}-copy`;
  t.after(() => rm(site, { recursive: true, force: true }));
  for (const { what, change, args = [], says } of REFUSALS) {
    await t.test(what, async () => {
      await cp(project.dir, site, { recursive: true });
      const copy = { dir: site, configPath: join(site, basename(project.configPath)), runsDir: '' };
      const dir = join(site, '.gatescope', 'runs', basename(original));
      await change?.(copy, dir);
      const before = await hashFolder(dir);
      const { code, stderr } = await startCli(['train', '--resume', dir, ...args], site, env).done;
      assert.equal(code, 1, stderr);
      assert.match(stderr, says);
      assert.equal(await hashFolder(dir), before, 'the folder of the run');
      await rm(site, { recursive: true });
    });
  }
});

test('killed after everything was compared and before anything was forgotten: the run goes on as if nothing had been', async (t) => {
  const project = await makeProject(t);
  const dir = await makeFinished(project);
  const model = await readFile(join(dir, 'model.safetensors'));
  // Ends the process at its first change in the folder of the run.
  const hook = join(project.dir, 'dieAtFirstChange.cjs');
  await writeFile(
    hook,
    `const fs = require('node:fs/promises');
     const { open, writeFile } = fs;
     const die = (path) => String(path).startsWith(${JSON.stringify(dir)}) && process.kill(process.pid, 'SIGKILL');
     fs.open = (path, flags, ...rest) => {
       if (flags !== undefined && flags !== 'r') die(path);
       return open(path, flags, ...rest);
     };
     fs.writeFile = (path, ...rest) => {
       die(path);
       return writeFile(path, ...rest);
     };`,
  );
  const before = await hashFolder(dir);
  const env = { ...process.env, NODE_OPTIONS: `--require ${hook}` };
  const args = ['train', '--resume', dir, ...EARLIER, '--json'];
  const { signal, stderr } = await startCli(args, project.dir, env).done;
  assert.equal(signal, 'SIGKILL', stderr);
  assert.equal(await hashFolder(dir), before);
  const again = await runCli(args, project.dir);
  assert.equal(again.code, 0, again.stderr);
  assert.ok((await readFile(join(dir, 'model.safetensors'))).equals(model), 'the best weights');
});

test('cancelled while the data is read, a run that was to go on is as it was', async (t) => {
  const project = await makeProject(t);
  const dir = await makeFinished(project);
  // Ctrl-C twice as soon as the training data is opened, from within, so that no clock is in it.
  const hook = join(project.dir, 'interruptAtData.cjs');
  await writeFile(
    hook,
    `const fs = require('node:fs');
     const promises = require('node:fs/promises');
     for (const [owner, name] of [[fs, 'createReadStream'], [promises, 'open']]) {
       const original = owner[name];
       owner[name] = (path, ...rest) => {
         if (String(path).endsWith('train.csv')) { process.emit('SIGINT'); process.emit('SIGINT'); }
         return original(path, ...rest);
       };
     }`,
  );
  const before = await hashFolder(dir);
  const env = { ...process.env, NODE_OPTIONS: `--require ${hook}` };
  const { code, stderr } = await startCli(['train', '--resume', dir, ...EARLIER], project.dir, env).done;
  assert.equal(code, 130, stderr);
  assert.equal(await hashFolder(dir), before);
});

test('the editor is told why a run does not go on, and never that it changed', async (t) => {
  const project = await makeProject(t);
  const runDir = await makeFinished(project);
  await writeFile(join(project.dir, 'test.csv'), 'text,label\nhot sun,warm\n');
  // One that is finished has nothing left to do.
  const manifest = { ...(await readJson(join(runDir, 'run.json'))), status: 'stopped' };
  await writeFile(join(runDir, 'run.json'), JSON.stringify(manifest));
  const before = await hashFolder(runDir);
  const client = startWorker(t, join(project.dir, 'storage'));
  const told: unknown[] = [];
  client.on('manifest', (event) => told.push(event));
  client.on('append', (event) => told.push(event));
  const resume = { runDir, changes: 'ignore' } as const;
  const engine = { backend: 'auto', threads: 'auto' } as const;
  await assert.rejects(client.call('train', { configPath: project.configPath, resume, engine }), (error) =>
    UserError.is(error, 'resume.dataChanged'),
  );
  assert.deepEqual(told, []);
  assert.equal(await hashFolder(runDir), before);
});
