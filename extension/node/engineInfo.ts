// The facts behind `gatescope doctor` and the editor's Show Engine Information: what runs here, what does not and why, and how fast.
import { availableParallelism, cpus, totalmem } from 'node:os';
import { TFJS_VERSION } from '../engine/backend/backend.ts';
import { currentMachine } from '../engine/backend/gatescopeBackend.ts';
import { CARRIERS, type CarrierKind } from '../engine/kernels/carrier.ts';
import { EXPECTED_CHECKSUM, selfTest } from '../engine/kernels/selfTest.ts';
import { measureRates } from '../engine/kernels/speed.ts';
import type { EngineSettings } from '../protocol/engineContract.ts';
import type { CarrierInfo, EngineInfo } from '../protocol/engineInfo.ts';
import type { BackendChoice } from '../schema/run.ts';
import { UserError, withRemedy } from '../util/userError.ts';
import { builtFiles } from './kernels/builtFiles.ts';
import { verdictsFile, verdictsProblem } from './kernels/checkCarrier.ts';
import { physicalCores } from './kernels/cores.ts';
import { type KernelFiles, openMachine } from './kernels/openMachine.ts';
import { useEngine } from './kernels/useEngine.ts';

/** Opens the engine as `requested`, unless a run holds another, tries every carrier, and measures. `version` is Gatescope's. */
export async function engineInfo(
  requested: EngineSettings,
  version: string,
  files: KernelFiles = builtFiles(),
): Promise<EngineInfo> {
  const carriers: CarrierInfo[] = [];
  for (const kind of CARRIERS) carriers.push(await tryCarrier(kind, files));
  const { computes, problem } = await open(requested, files);
  const machine = computes && currentMachine();
  return {
    requested,
    computes,
    problem,
    carriers,
    verdictsFile: verdictsFile(),
    verdictsProblem: verdictsProblem(),
    speed: machine && { oneThread: measureRates(machine, 1), allThreads: measureRates(machine, machine.threads) },
    machine: {
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model.trim() || 'unknown processor',
      physicalCores: physicalCores(),
      logicalCores: availableParallelism(),
      memoryBytes: totalmem(),
    },
    memory: machine?.arena.use,
    versions: { gatescope: version, node: process.versions.node, tfjsCore: TFJS_VERSION },
  };
}

/** What computes, or the words of the error where nothing does. */
async function open(
  requested: EngineSettings,
  files: KernelFiles,
): Promise<{ computes?: BackendChoice; problem?: string }> {
  try {
    return { computes: await useEngine(requested, files) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: withRemedy(error.message, error.remedy) };
  }
}

/** Opens a machine of this kind beside the one that computes, tests it and closes it. */
async function tryCarrier(kind: CarrierKind, files: KernelFiles): Promise<CarrierInfo> {
  const opened = await openMachine(kind, 1, files);
  if (!('machine' in opened)) return { kind, refused: opened.refused };
  const { machine, refused } = opened;
  try {
    const isBitExact = selfTest(machine) === EXPECTED_CHECKSUM;
    return { kind, instructions: machine.carrier.instructions, isBitExact, refused };
  } finally {
    await machine.close();
  }
}
