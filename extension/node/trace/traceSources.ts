// What there is to look at in a run folder: epochs whose weights are there, and stored probes.
import type { TraceSources } from '../../protocol/trace.ts';
import { readRun, readRunConfig } from '../../store/runStore.ts';
import { weightEpochs } from '../runWeights.ts';

export async function traceSources(runDir: string): Promise<TraceSources> {
  const { manifest } = await readRun(runDir);
  const experiment = await readRunConfig(runDir);
  return {
    epochs: await weightEpochs({ runDir, manifest, experiment }),
    best: manifest.best?.epoch,
    probes: [],
  };
}
