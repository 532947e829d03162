// How far the gates and states of the probes went while a run trained: from the probes it has stored, the first epoch against the last.
import type { ProbeIndex } from '../../schema/probes.ts';
import type { GateDrift } from '../../schema/run.ts';
import { probeEpochs, readProbeEpoch, readProbeIndex } from '../../store/probeFolder.ts';
import { inFile } from '../../util/userError.ts';
import { decodeProbe, type ProbeTrace } from './probeFile.ts';

/** Undefined where fewer than two epochs are stored. Throws UserError `probes.unreadable`. */
export async function measureDrift(runDir: string): Promise<GateDrift | undefined> {
  const index = await readProbeIndex(runDir);
  const epochs = await probeEpochs(runDir);
  if (!index || epochs.length < 2) return undefined;
  const [from, to] = [epochs[0], epochs[epochs.length - 1]];
  const [before, after] = await Promise.all([from, to].map((epoch) => readEpoch(runDir, index, epoch)));
  const layers = Array.from({ length: index.layers }, (_, layer) => layerDrift(layer, before, after));
  return { from, to, probes: index.probes.length, layers };
}

async function readEpoch(runDir: string, index: ProbeIndex, epoch: number): Promise<ProbeTrace[]> {
  const file = await readProbeEpoch(runDir, epoch);
  if (!file) throw new Error(`The probes of epoch ${epoch} are gone`);
  const { path, bytes } = file;
  return index.probes.map((_, probe) => inFile(path, (own: Uint8Array) => decodeProbe(own, index, probe), bytes));
}

/** Mean absolute difference of each signal of a layer, over all probes, tokens, units and directions. */
function layerDrift(
  layer: number,
  before: readonly ProbeTrace[],
  after: readonly ProbeTrace[],
): GateDrift['layers'][number] {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const [probe, { layers }] of before.entries()) {
    for (const [direction, { signals }] of layers[layer].entries()) {
      const others = after[probe].layers[layer][direction].signals;
      for (const [name, values] of Object.entries(signals) as [keyof typeof signals, Float32Array][]) {
        const total = sums.get(name) ?? { sum: 0, count: 0 };
        const other = others[name] as Float32Array;
        for (let at = 0; at < values.length; at++) total.sum += Math.abs(other[at] - values[at]);
        total.count += values.length;
        sums.set(name, total);
      }
    }
  }
  return Object.fromEntries([...sums].map(([name, { sum, count }]) => [name, count > 0 ? sum / count : 0]));
}
