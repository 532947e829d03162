// The rates of this machine, measured once for what computes and remembered in the user's cache folder. A cache that cannot be read or
// written costs the time of measuring only.
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { currentMachine } from '../../engine/backend/gatescopeBackend.ts';
import { backendText } from '../../protocol/backendText.ts';
import type { EngineSettings } from '../../protocol/engineContract.ts';
import type { BackendChoice } from '../../schema/run.ts';
import { makeFolder } from '../../store/makeFolder.ts';
import { UserError } from '../../util/userError.ts';
import type { KernelFiles } from '../kernels/openMachine.ts';
import { useEngine } from '../kernels/useEngine.ts';
import { userCacheFolder } from '../userCacheFolder.ts';
import { calibrate } from './calibrate.ts';
import type { Rates } from './rates.ts';
import { WORK_KINDS } from './work.ts';

export interface MachineRates {
  /** Absent where they cannot be measured. */
  rates?: Rates;
  /** What computes, or why there are none, in words. */
  engine: string;
}

/** Changes when what is measured, or how it is counted, is no longer the same. */
const FORMAT = 5;

export const ratesFile = (): string => join(userCacheFolder(), 'rates.json');

const known = new Map<string, Promise<Rates | undefined>>();

export interface MeasuringOptions {
  /** Gatescope's. */
  version: string;
  /** Told before it measures. */
  onMeasure?(): void;
  /** Whether something else computes here: what is measured then would be wrong for good. */
  isBusy?(): boolean;
  files?: KernelFiles;
}

/** Opens the engine as asked for, unless a run holds another. */
export async function machineRates(
  { backend, threads }: EngineSettings,
  options: MeasuringOptions,
): Promise<MachineRates> {
  if (backend === 'tensorflow') return { engine: 'Times are not estimated where TensorFlow computes.' };
  try {
    const choice = await useEngine({ backend, threads }, options.files);
    const rates = await ratesOf(choice, options);
    return rates
      ? { engine: backendText(choice), rates }
      : { engine: 'This machine is measured when no run trains: ask again then.' };
  } catch (error) {
    if (UserError.is(error, 'engine.backendUnavailable')) return { engine: error.message };
    throw error;
  }
}

/** Undefined where nothing can be measured now. */
async function ratesOf(
  { used, instructions, threads }: BackendChoice,
  options: MeasuringOptions,
): Promise<Rates | undefined> {
  const key = [FORMAT, options.version, process.versions.node, cpus()[0]?.model, used, instructions, threads].join(' ');
  let rates = known.get(key);
  if (!rates) {
    rates = recallOrMeasure(key, options);
    known.set(key, rates);
  }
  const found = await rates.catch((error: unknown) => {
    known.delete(key);
    throw error;
  });
  if (!found) known.delete(key);
  return found;
}

async function recallOrMeasure(key: string, { onMeasure, isBusy }: MeasuringOptions): Promise<Rates | undefined> {
  const cached = (await readCache())[key];
  if (areRates(cached)) return cached;
  if (isBusy?.()) return undefined;
  onMeasure?.();
  const machine = currentMachine();
  const isDisturbed = (): boolean => isBusy?.() === true || currentMachine() !== machine;
  try {
    await makeFolder(dirname(ratesFile())).catch(() => undefined);
    const rates = await calibrate(dirname(ratesFile()));
    if (isDisturbed()) return undefined;
    await remember(key, rates);
    return rates;
  } catch (error) {
    // A run that began meanwhile may have changed what computes.
    if (isDisturbed()) return undefined;
    throw error;
  }
}

async function readCache(): Promise<Record<string, unknown>> {
  try {
    const cache: unknown = JSON.parse(await readFile(ratesFile(), 'utf8'));
    return typeof cache === 'object' && cache !== null ? (cache as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function remember(key: string, rates: Rates): Promise<void> {
  try {
    await makeFolder(dirname(ratesFile()));
    await writeFile(ratesFile(), JSON.stringify({ ...(await readCache()), [key]: rates }));
  } catch {
    // Without a cache the machine is measured again by the next window.
  }
}

function areRates(value: unknown): value is Rates {
  if (typeof value !== 'object' || value === null) return false;
  const numbers = WORK_KINDS.map((kind) => (value as Record<string, unknown>)[kind]);
  return (
    numbers.every((rate) => typeof rate === 'number' && rate >= 0 && rate < 1) && numbers.some((rate) => rate !== 0)
  );
}
