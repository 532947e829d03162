import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../extension/store/makeFolder.ts';

test('a folder is made with all above it, and stays where it is there', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-folder-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const deep = join(dir, 'a', 'b', 'c');
  await makeFolder(deep);
  assert.ok((await stat(deep)).isDirectory());
  await writeFile(join(deep, 'kept'), '');
  await makeFolder(deep);
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(dir, 'many', 'at', 'once'))));
  assert.ok((await stat(join(dir, 'many', 'at', 'once'))).isDirectory());
  assert.ok((await stat(join(deep, 'kept'))).isFile());
});

test('where no folder can be made, the error comes at once and says why', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-folder-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  // Node's own recursive mkdir never returns from this one.
  await assert.rejects(makeFolder('/proc/nowhere/to/be'), { code: 'ENOENT', path: '/proc/nowhere' });
  await writeFile(join(dir, 'file'), '');
  await assert.rejects(makeFolder(join(dir, 'file')), { code: 'EEXIST' });
  await assert.rejects(makeFolder(join(dir, 'file', 'below')), { code: 'ENOTDIR' });
  await symlink(join(dir, 'gone'), join(dir, 'dangling'));
  await assert.rejects(makeFolder(join(dir, 'dangling', 'below')), { code: 'EEXIST' });
});
