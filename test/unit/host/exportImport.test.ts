// Export Run and Import Weights: what is asked, what the engine is told, and what a refusal leaves undone.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import type { ReadOnlyDocuments } from '../../../extension/host/commands/readOnlyDocuments.ts';
import type { Engine } from '../../../extension/host/training/engine.ts';
import type { WorkspaceCatalog } from '../../../extension/host/views/workspaceCatalog.ts';
import type { ImportPreview } from '../../../extension/protocol/importPreview.ts';
import { CancelledError, UserError } from '../../../extension/util/userError.ts';
import { fake, Uri, workspace } from './fakeVscode.ts';
import { manifestOf } from './support.ts';

const { createExportCommand } = await import('../../../extension/host/commands/exportCommand.ts');
const { createImportCommand } = await import('../../../extension/host/commands/importCommand.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');

let calls: [method: string, params: unknown][] = [];
beforeEach(() => {
  calls = [];
  Object.assign(fake, { asked: [], picks: [], chosenPaths: [], answer: undefined, isTrusted: true });
});

function rig(answers: Record<string, unknown>, runs = new RunList()) {
  const engine = {
    async call(method: string, params: unknown) {
      calls.push([method, params]);
      return answers[method];
    },
  } as unknown as Engine;
  const shown: [string, string][] = [];
  const documents = { show: async (name: string, text: string) => void shown.push([name, text]) };
  const catalog = { runs, put: () => undefined, refresh: async () => undefined } as unknown as WorkspaceCatalog;
  return { engine, catalog, documents: documents as unknown as ReadOnlyDocuments, shown };
}

function finishedRuns() {
  const runs = new RunList();
  runs.put({ dir: '/r/run-1', manifest: manifestOf('run-1', { status: 'imported' }) });
  runs.put({ dir: '/r/run-2', manifest: manifestOf('run-2', { status: 'failed' }) });
  return runs;
}

const WRITTEN = { folder: '/out/run-1-onnx', files: ['model.onnx', 'tokenizer.json'], losses: ['Dropout is lost.'] };

test('an export asks for the format and the folder, and says what is lost', async () => {
  const deps = rig({ exportRun: WRITTEN }, finishedRuns());
  Object.assign(fake, { picks: ['ONNX'], chosenPaths: ['/out'] });
  assert.deepEqual(await createExportCommand(deps)['gatescope.run.export'](), WRITTEN);
  // The failed run has no weights: there is nothing to choose between.
  assert.deepEqual(calls, [['exportRun', { runDir: '/r/run-1', format: 'onnx', folder: '/out/run-1-onnx' }]]);
  assert.match(fake.asked[0], /run-1-onnx: model\.onnx, tokenizer\.json\. Dropout is lost\./);
});

test('an export without a format or folder, or in a restricted workspace, does nothing', async () => {
  const command = createExportCommand(rig({ exportRun: WRITTEN }, finishedRuns()))['gatescope.run.export'];
  await assert.rejects(command(), CancelledError);
  Object.assign(fake, { picks: ['PyTorch'] });
  await assert.rejects(command(), CancelledError);
  fake.isTrusted = false;
  await assert.rejects(command(), UserError);
  assert.deepEqual(calls, []);
});

const PREVIEW: ImportPreview = {
  format: 'PyTorch',
  task: 'classification',
  model: {
    embedding: { size: 5, dropout: 0, init: { uniform: 0.25 } },
    encoder: { type: 'gru', hiddenSize: 4, layers: 2, bidirectional: true, dropout: 0 },
    pooling: 'last',
    head: { dropout: 0 },
  },
  vocabularySize: 7,
  classCount: 3,
  tensors: [{ name: 'head.bias', shape: [3], from: 'fc.bias', fromShape: [3], how: 'as it is' }],
  problems: [],
  reservations: [],
  notes: ['The pooling is assumed.'],
};

async function importFile(preview: ImportPreview, answer: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-import-'));
  await writeFile(join(folder, 'run.json'), JSON.stringify(manifestOf('x', { status: 'imported' })));
  Object.assign(workspace, { workspaceFolders: [{ uri: Uri.file('/w'), name: 'w' }] });
  Object.assign(fake, { picks: ['Without tokens'], answer });
  const deps = rig({ planImport: preview, importWeights: { runDir: folder } });
  try {
    await createImportCommand(deps)['gatescope.run.import'](Uri.file('/files/lstm.pt'));
  } finally {
    await rm(folder, { recursive: true });
    Object.assign(workspace, { workspaceFolders: undefined });
  }
  return deps.shown;
}

test('an import shows the table before it asks, and then makes a run in the workspace', async () => {
  const shown = await importFile(PREVIEW, 'Import');
  assert.equal(shown[0][0], 'Import of lstm.pt.txt');
  assert.match(shown[0][1], /^fc\.bias +\[3\] +head\.bias +\[3\] +as it is$/m);
  assert.match(shown[0][1], /The pooling is assumed/);
  assert.match(
    shown[0][1],
    /^Classification, 3 classes: GRU, 2 layers of 4 units, both directions, pooling last, embedding of 5; 7 tokens\.$/m,
  );
  assert.deepEqual(calls[1], [
    'importWeights',
    { request: { path: '/files/lstm.pt' }, target: { folder: '/w', isPartial: false } },
  ]);
});

test('what does not fit wholly needs another yes, and what does not fit at all is refused', async () => {
  const reserved = { ...PREVIEW, reservations: ['"x" has no place.'] };
  await assert.rejects(importFile(reserved, 'Import'), CancelledError);
  assert.equal(calls.length, 1);
  await importFile(reserved, 'Import What Fits');
  assert.deepEqual((calls.at(-1)![1] as { target: object }).target, { folder: '/w', isPartial: true });
  calls = [];
  const broken = { ...PREVIEW, problems: ['There is no LSTM.'] };
  await assert.rejects(importFile(broken, 'Import'), (error) => UserError.is(error, 'import.misfit'));
  assert.equal(calls.length, 1);
});
