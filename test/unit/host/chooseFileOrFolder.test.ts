// A file or a folder from one dialog where that shows both, else the kind is asked first.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { CancelledError } from '../../../extension/util/userError.ts';
import { env, fake, UIKind } from './fakeVscode.ts';

const { chooseFileOrFolder } = await import('../../../extension/host/commands/chooseFileOrFolder.ts');

const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
const on = (value: string): void => void Object.defineProperty(process, 'platform', { ...platform, value });
const OPTIONS = { title: 'Data', openLabel: 'Take It' };

beforeEach(() => {
  Object.assign(fake, { picks: [], chosenPaths: ['/data/a'], dialogs: [] });
  Object.assign(env, { uiKind: UIKind.Desktop, remoteName: undefined });
});
after(() => Object.defineProperty(process, 'platform', platform));

test('the dialogs of Windows and Linux show one kind: it is asked for', async () => {
  for (const system of ['win32', 'linux']) {
    on(system);
    for (const [pick, canSelectFiles] of [['File', true] as const, ['Folder', false] as const]) {
      Object.assign(fake, { picks: [pick], chosenPaths: ['/data/a'], dialogs: [] });
      assert.equal(await chooseFileOrFolder(OPTIONS), '/data/a');
      assert.deepEqual(fake.dialogs, [{ ...OPTIONS, canSelectFiles, canSelectFolders: !canSelectFiles }]);
    }
  }
});

test('macOS, a browser and a remote show both at once', async () => {
  const places = [
    ['darwin', {}],
    ['linux', { uiKind: UIKind.Web }],
    ['win32', { remoteName: 'wsl' }],
  ] as const;
  for (const [system, place] of places) {
    on(system);
    Object.assign(env, { uiKind: UIKind.Desktop, remoteName: undefined, ...place });
    Object.assign(fake, { chosenPaths: ['/data/a'], dialogs: [] });
    assert.equal(await chooseFileOrFolder(OPTIONS), '/data/a');
    assert.deepEqual(fake.dialogs, [{ ...OPTIONS, canSelectFiles: true, canSelectFolders: true }]);
  }
});

test('who chooses nothing has cancelled', async () => {
  on('linux');
  await assert.rejects(chooseFileOrFolder(OPTIONS), CancelledError);
  Object.assign(fake, { picks: ['File'], chosenPaths: [] });
  await assert.rejects(chooseFileOrFolder(OPTIONS), CancelledError);
});
