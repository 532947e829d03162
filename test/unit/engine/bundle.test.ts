// The engine as it ships: bundled and minified. (A bundler that goes by `sideEffects` once left the backend out.)
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = `
import { createModel } from './extension/engine/model.ts';
import { createParams } from './extension/engine/params/paramStore.ts';
import { TOY_SHAPE } from './test/unit/engine/support.ts';
process.stdout.write(String(createModel(TOY_SHAPE, createParams(TOY_SHAPE, 1)).probabilities([[2, 3], [4]]).length));
`;

test('the bundled engine computes and prints nothing of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bundle-'));
  try {
    const outfile = join(folder, 'engine.cjs');
    await build({
      stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('../../..', import.meta.url)), loader: 'ts' },
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      define: { 'import.meta.url': '"file:///"' },
      outfile,
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '6', stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
