// The view Datasets: which experiments have a row of their own.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentReader } from '../../../extension/host/config/experimentReader.ts';
import type { DatasetDeps } from '../../../extension/host/datasets/lookAtDataset.ts';
import type { WorkspaceCatalog } from '../../../extension/host/views/workspaceCatalog.ts';

const { DatasetsView } = await import('../../../extension/host/views/datasetsView.ts');

const never = () => ({ dispose: () => undefined });

test('an experiment has a row for the files that it names, not for a dataset, which has its own', async () => {
  const read = async (path: string) =>
    ({
      '/w/files.gatescope.json': { data: { train: { path: 'train.csv' } } },
      '/w/dataset.gatescope.json': { data: { train: { dataset: 'names' }, validation: { dataset: 'names' } } },
      '/w/both.gatescope.json': { data: { train: { dataset: 'names' }, test: { path: 'test.csv' } } },
    })[path];
  const configPaths = ['files', 'dataset', 'both', 'broken'].map((name) => `/w/${name}.gatescope.json`);
  const view = new DatasetsView(
    { configPaths, onChange: never } as unknown as WorkspaceCatalog,
    { read } as unknown as ExperimentReader,
    { datasets: { paths: ['/w/names.dataset.json'], onChange: never } } as unknown as DatasetDeps,
  );
  assert.deepEqual(await view.getChildren(), [
    { kind: 'manifest', path: '/w/names.dataset.json' },
    { kind: 'experiment', configPath: '/w/files.gatescope.json' },
    { kind: 'experiment', configPath: '/w/both.gatescope.json' },
  ]);
});
