// An import that is cancelled at any of its moments leaves nothing behind.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { planRunImport, writeRunImport } from '../../../extension/node/importRun.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { goldenPath } from '../weights/support.ts';

/** A signal that is aborted from the moment it is asked for the time after `times`. */
function abortedAfter(times: number): { signal: AbortSignal; asked(): number } {
  const controller = new AbortController();
  let asked = 0;
  const signal = new Proxy(controller.signal, {
    get(target, key) {
      if (key === 'aborted' && asked++ === times) controller.abort();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { signal, asked: () => asked };
}

test('cancelled whenever it is asked whether to go on, an import leaves nothing behind', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-cancel-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const vocabulary = join(folder, 'tokens.txt');
  await writeFile(vocabulary, 'zero\none\ntwo\nthree\nfour\nfive\nsix\n');
  const request = { path: goldenPath('torch-lstm.pt'), vocabulary, labels: ['a', 'b', 'c'] };
  const runsDir = join(folder, '.gatescope', 'runs');
  const stages = new Set<string>();
  for (let times = 0; ; times++) {
    const { signal, asked } = abortedAfter(times);
    let stage = 'plan';
    try {
      const planned = await planRunImport(request, signal);
      stage = 'write';
      const dir = await writeRunImport(planned, { folder, isPartial: false }, signal);
      assert.ok(asked() <= times, 'a run was made although it was cancelled');
      assert.equal(JSON.parse(await readFile(join(dir, 'run.json'), 'utf8')).status, 'imported');
      break;
    } catch (error) {
      assert.ok(error instanceof CancelledError, String(error));
      stages.add(stage);
      assert.deepEqual(await readdir(runsDir).catch(() => []), [], `asked ${times} times`);
    }
  }
  assert.deepEqual([...stages], ['plan', 'write']);
});
