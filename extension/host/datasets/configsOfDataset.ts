// Which configs of the workspace train on a dataset.
import { basename, resolve } from 'node:path';
import { locateDataset } from '../../config/locateDataset.ts';
import type { ConfigUse } from '../../protocol/datasetContract.ts';
import { createProbe } from '../config/checkConfig.ts';
import type { ExperimentReader } from '../config/experimentReader.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';

export interface ConfigLookup {
  catalog: WorkspaceCatalog;
  reader: ExperimentReader;
}

export async function configsOf(manifestPath: string, { catalog, reader }: ConfigLookup): Promise<ConfigUse[]> {
  const uses: ConfigUse[] = [];
  for (const path of catalog.configPaths) {
    const experiment = await reader.read(path);
    const source = experiment?.data.train;
    if (!experiment || !source || !('dataset' in source)) continue;
    const probe = createProbe(path);
    const found = await locateDataset(source.dataset, probe);
    if (found === undefined || resolve(probe.resolve(found)) !== resolve(manifestPath)) continue;
    const title = basename(path).replace(/\.gatescope\.json$/, '');
    uses.push({ path, title, maxLength: experiment.text?.maxLength });
  }
  return uses;
}
