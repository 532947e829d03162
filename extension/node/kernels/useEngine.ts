// Sets up what computes in this thread: the backend and threads that a config asks for. Kept open between runs that ask for the same.
// Invariant: one change at a time, and none while a run trains: its weights live in the memory of what it began with.
import { refuseBackend, usePlainBackend } from '../../engine/backend/backend.ts';
import { setMachine } from '../../engine/backend/gatescopeBackend.ts';
import { leaveTensorflow, useTensorflow } from '../../engine/backend/tensorflowBackend.ts';
import type { KernelMachine } from '../../engine/kernels/machine.ts';
import type { ResolvedExperiment } from '../../schema/resolved.ts';
import type { BackendChoice } from '../../schema/run.ts';
import { loadTensorflow } from '../tensorflow/loadTensorflow.ts';
import { builtFiles } from './builtFiles.ts';
import { threadCount } from './cores.ts';
import { type KernelFiles, openMachine } from './openMachine.ts';

type Asked = ResolvedExperiment['engine'];

export interface EngineLease {
  choice: BackendChoice;
  /** Lets others change what computes. */
  release(): void;
}

/** `machine` is absent where TensorFlow computes. */
let open: { key: string; machine?: KernelMachine; choice: BackendChoice } | undefined;

/** Runs that train with what is open: it stays until they end. */
let leases = 0;

/** Settles when the change before has ended. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}

/** As useEngine, and keeps it so until the lease is released. */
export function leaseEngine(engine: Asked, files: KernelFiles = builtFiles()): Promise<EngineLease> {
  return inTurn(async () => {
    const choice = await change(engine, files);
    leases++;
    let isHeld = true;
    return {
      choice,
      release() {
        if (isHeld) leases--;
        isHeld = false;
      },
    };
  });
}

/** For what only reads weights, such as a prediction: the fastest of its config's kind, or whatever computes now. */
export async function usePredictionEngine({ backend, threads }: Asked, files?: KernelFiles): Promise<void> {
  await useEngine({ backend: backend === 'cpu' ? 'cpu' : 'auto', threads }, files);
}

/** Makes the backend of `engine` compute, unless a run that trains holds another. Throws UserError `engine.backendUnavailable` for one asked for by name that cannot run here. */
export function useEngine(engine: Asked, files: KernelFiles = builtFiles()): Promise<BackendChoice> {
  return inTurn(() => change(engine, files));
}

async function change({ backend, threads }: Asked, files: KernelFiles): Promise<BackendChoice> {
  if (leases > 0) return open?.choice ?? usePlainBackend('cpu');
  if (backend === 'cpu') {
    await close();
    return usePlainBackend(backend);
  }
  if (backend === 'tensorflow') {
    await close();
    open = { key: backend, choice: useTensorflow(loadTensorflow) };
    return open.choice;
  }
  const count = threadCount(threads);
  const key = `${backend} ${count}`;
  if (open?.key === key && !open.machine?.isBroken) return open.choice;
  await close();
  const opened = await openMachine(backend, count, files);
  const reason = opened.refused.join('; ') || undefined;
  if (!('machine' in opened)) {
    if (backend !== 'auto') throw refuseBackend(backend, reason);
    return { ...usePlainBackend(backend), reason };
  }
  const { machine, kind } = opened;
  setMachine(machine);
  const { instructions } = machine.carrier;
  open = { key, machine, choice: { requested: backend, used: kind, reason, instructions, threads: count } };
  return open.choice;
}

/** Ends the threads and frees the memory of what is open. */
export function closeEngine(): Promise<void> {
  return inTurn(close);
}

async function close(): Promise<void> {
  const closing = open?.machine;
  open = undefined;
  setMachine(undefined);
  leaveTensorflow();
  await closing?.close();
}
