// What there is to look at in a run folder: epochs whose weights are there, and stored probes.
import { basename } from 'node:path';
import { rangeOf } from '../../engine/trace/signals.ts';
import type { ProbeRequest, SignalName, Trace, TraceSources } from '../../protocol/trace.ts';
import type { ProbeIndex } from '../../schema/probes.ts';
import type { ResolvedEncoder } from '../../schema/resolved.ts';
import { probeEpochs, readProbeEpoch, readProbeIndex } from '../../store/probeFolder.ts';
import { readRun, readRunConfig } from '../../store/runStore.ts';
import { inFile, UserError } from '../../util/userError.ts';
import { weightEpochs } from '../runWeights.ts';
import { decodeProbe } from './probeFile.ts';
import { chooseLayersAndSignals } from './runTrace.ts';

export async function traceSources(runDir: string): Promise<TraceSources> {
  const { manifest } = await readRun(runDir);
  const experiment = await readRunConfig(runDir);
  const stored = (await readProbeIndex(runDir))?.probes.length ?? 0;
  const epochs = await probeEpochs(runDir);
  return {
    epochs: await weightEpochs({ runDir, manifest, experiment }),
    best: manifest.best?.epoch,
    layerCount: experiment.model.encoder.layers,
    probes: (experiment.probes ?? []).map((text, at) => ({ text, epochs: at < stored ? epochs : [] })),
  };
}

/** A stored trace. Throws UserError `probes.missing`, `probes.unreadable`, `trace.noLayer`, `trace.noSignal`. */
export async function readProbe({ runDir, probe, epoch, ...asked }: ProbeRequest): Promise<Trace> {
  const index = await readProbeIndex(runDir);
  const stored = index?.probes[probe];
  const file = stored && (await readProbeEpoch(runDir, epoch));
  if (!index || !stored || !file) throw await missing(runDir, probe, epoch, stored !== undefined);
  const read = inFile(file.path, (bytes: Uint8Array) => decodeProbe(bytes, index, probe), file.bytes);
  const encoder = encoderOf(index);
  const { layers, signals } = chooseLayersAndSignals(encoder, asked);
  return {
    ...read,
    runId: basename(runDir),
    epoch,
    text: stored.text,
    cell: index.cell,
    hiddenSize: index.hiddenSize,
    layerCount: index.layers,
    directionCount: index.directions,
    tokens: stored.tokens,
    truncated: stored.truncated,
    signals: signals.map((name) => ({ name, range: rangeOf(name, encoder) })),
    layers: layers.map((layer) => read.layers[layer].map((own) => ({ ...own, signals: only(own.signals, signals) }))),
  };
}

/** What the stored numbers came from, as far as they say it. */
function encoderOf({ cell, hiddenSize, layers, directions, isUnbounded }: ProbeIndex): ResolvedEncoder {
  const shared = { hiddenSize, layers, bidirectional: directions === 2, dropout: 0 };
  if (cell === 'lstm') return { ...shared, type: cell, forgetBias: 0 };
  return cell === 'gru'
    ? { ...shared, type: cell }
    : { ...shared, type: cell, nonlinearity: isUnbounded ? 'relu' : 'tanh' };
}

type Signals = Trace['layers'][number][number]['signals'];

function only(all: Signals, names: readonly SignalName[]): Signals {
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

async function missing(runDir: string, probe: number, epoch: number, isStored: boolean): Promise<UserError> {
  const epochs = await probeEpochs(runDir);
  return new UserError({
    code: 'probes.missing',
    message: isStored
      ? `${basename(runDir)} has no stored probes of epoch ${epoch}.`
      : `${basename(runDir)} has no stored probe ${probe}.`,
    remedy:
      isStored && epochs.length > 0
        ? `Choose one of the epochs there are: ${epochs.slice(0, 12).join(', ')}${epochs.length > 12 ? ', …' : ''}.`
        : 'Add "probes" to the config and train.',
  });
}
