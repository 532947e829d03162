// A real worker thread at the other end.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createThreadTransport } from '../../../extension/host/training/threadTransport.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-thread-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function start(code: string): Promise<{ transport: ReturnType<typeof createThreadTransport>; lines: string[] }> {
  const workerPath = join(folder, `worker-${Math.abs(hash(code))}.cjs`);
  await writeFile(workerPath, `const { parentPort } = require('node:worker_threads');\n${code}`);
  const lines: string[] = [];
  return { transport: createThreadTransport({ workerPath, onOutput: (line) => lines.push(line) }), lines };
}

const hash = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
const closing = (transport: ReturnType<typeof createThreadTransport>): Promise<Error> =>
  new Promise((resolve) => transport.onClose(resolve));

test('messages go both ways, arrays are moved when asked to', async () => {
  const { transport } = await start(`parentPort.on('message', (m) => parentPort.postMessage(m.length));`);
  const bytes = new Uint8Array(1000);
  const answer = new Promise((resolve) => transport.onMessage(resolve));
  transport.post(bytes, [bytes.buffer]);
  assert.equal(await answer, 1000);
  assert.equal(bytes.byteLength, 0);
  transport.terminate();
});

test('an uncaught error closes with its message, once', async () => {
  const { transport } = await start(`parentPort.on('message', () => { throw new Error('broken kernel'); });`);
  const reasons: string[] = [];
  transport.onClose((reason) => reasons.push(reason.message));
  const closed = closing(transport);
  transport.post('go');
  assert.match((await closed).message, /broken kernel/);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(reasons.length, 1);
});

test('an exit closes with its code; a missing file closes too', async () => {
  const { transport } = await start('process.exit(3);');
  assert.match((await closing(transport)).message, /code 3/);
  const missing = createThreadTransport({ workerPath: join(folder, 'none.cjs'), onOutput: () => undefined });
  assert.match((await closing(missing)).message, /none\.cjs/);
});

test('what the worker prints comes line by line, the last one without its end too', async () => {
  const { transport, lines } = await start(`process.stdout.write('one\\ntw'); process.stdout.write('o\\nthree');`);
  await closing(transport);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(lines, ['one', 'two', 'three']);
});
