// Fifty runs killed at seeded moments: each leaves a readable run, and no file of it is torn.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { listCheckpoints } from '../../extension/store/checkpoints.ts';
import { listRuns, readMetrics } from '../../extension/store/runStore.ts';
import { loadTokenizer } from '../../extension/text/tokenizer.ts';
import { createRandom, makeProject, runCli, startCli } from './support.ts';

const KILLS = 50;
const SEED = 20261124;

async function checkFiles(dir: string): Promise<Set<string>> {
  const names = new Set(await readdir(dir));
  for (const { name } of await listCheckpoints(dir)) assert.match(name, /^epoch-\d{3}$/);
  names.delete('checkpoints');
  for (const name of names) {
    const bytes = await readFile(join(dir, name));
    if (name === 'model.safetensors') assert.ok(decodeSafetensors(bytes).tensors.length > 0);
    else if (name === 'tokenizer.json') assert.ok(loadTokenizer(bytes.toString('utf8')).vocabularySize > 2);
    else if (name.endsWith('.json')) assert.equal(typeof JSON.parse(bytes.toString('utf8')), 'object', name);
  }
  return names;
}

test('fifty SIGKILLs leave readable runs', { timeout: 600_000 }, async (t) => {
  const project = await makeProject(t);
  const train = ['train', project.configPath, '--json', '--set', 'training.epochs=6'];
  const whole = startCli(train, project.dir);
  await whole.saw(/"started"/);
  const startedAt = performance.now();
  assert.equal((await whole.done).code, 0);
  const spanMs = performance.now() - startedAt;
  const random = createRandom(SEED);
  for (let kill = 0; kill < KILLS; kill++) {
    const running = startCli(train, project.dir);
    await running.saw(/"started"/);
    await new Promise((resolve) => setTimeout(resolve, random() * spanMs));
    running.process.kill('SIGKILL');
    await running.done;
  }
  const runs = (await listRuns(project.runsDir)).slice(0, -1);
  assert.equal(runs.length, KILLS);
  const seen: Record<string, number> = {};
  for (const { dir, manifest } of runs) {
    const isWhole = manifest.status === 'completed';
    assert.ok(isWhole || manifest.status === 'crashed', `${dir}: ${manifest.status}`);
    const files = await checkFiles(dir);
    const metrics = await readMetrics(dir, manifest.id);
    assert.ok(
      metrics.step.step.every((step, at) => step === at + 1),
      `${dir}: steps follow each other`,
    );
    if (manifest.best) assert.ok(files.has('model.safetensors'), `${dir}: scores without weights`);
    const stage = isWhole ? 'whole' : files.has('model.safetensors') ? 'with weights' : 'before weights';
    seen[stage] = (seen[stage] ?? 0) + 1;
  }
  t.diagnostic(`${KILLS} kills over ${Math.round(spanMs)} ms: ${JSON.stringify(seen)}`);
  assert.ok(seen['before weights'] > 0 && seen['with weights'] > 0, 'the kills hit more than one stage');
});

test('a folder without run.json is not listed, and does not hide others', async (t) => {
  const project = await makeProject(t);
  assert.equal((await runCli(['train', project.configPath, '--set', 'training.epochs=1'], project.dir)).code, 0);
  const [{ dir }] = await listRuns(project.runsDir);
  await writeFile(join(project.runsDir, 'notes.txt'), 'mine');
  const { stdout } = await runCli(['runs', '--json'], project.dir);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { dir: string }).dir),
    [dir],
  );
});
