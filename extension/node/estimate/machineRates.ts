// The rates of this machine, measured once for what computes and remembered in the user's cache folder. A cache that cannot be read or
// written costs the time of measuring only.
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
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
const FORMAT = 1;

export const ratesFile = (): string => join(userCacheFolder(), 'rates.json');

const known = new Map<string, Promise<Rates>>();

export interface MeasuringOptions {
  /** Gatescope's. */
  version: string;
  /** Told before it measures. */
  onMeasure?(): void;
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
    return { engine: backendText(choice), rates: await ratesOf(choice, options) };
  } catch (error) {
    if (UserError.is(error, 'engine.backendUnavailable')) return { engine: error.message };
    throw error;
  }
}

function ratesOf(
  { used, instructions, threads }: BackendChoice,
  { version, onMeasure }: MeasuringOptions,
): Promise<Rates> {
  const key = [FORMAT, version, process.versions.node, cpus()[0]?.model, used, instructions, threads].join(' ');
  let rates = known.get(key);
  if (!rates) {
    rates = recallOrMeasure(key, onMeasure);
    known.set(key, rates);
    rates.catch(() => known.delete(key));
  }
  return rates;
}

async function recallOrMeasure(key: string, onMeasure?: () => void): Promise<Rates> {
  const cached = (await readCache())[key];
  if (areRates(cached)) return cached;
  onMeasure?.();
  const rates = await calibrate();
  await remember(key, rates);
  return rates;
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
