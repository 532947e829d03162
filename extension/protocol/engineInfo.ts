// What the engine is on this machine, as facts and as text that reads well top to bottom. Pure; used by the command line and the editor.
import type { BackendChoice } from '../schema/run.ts';
import { backendReason, backendText } from './backendText.ts';
import type { EngineSettings } from './engineContract.ts';

export interface CarrierInfo {
  kind: 'native' | 'wasm' | 'wasm-plain';
  /** The best instruction set that works; absent where the carrier does not run here. */
  instructions?: string;
  /** Whether its self-test gives the bits that all carriers with fused multiply-add give. */
  isBitExact?: boolean;
  /** What of it does not run here, and why. */
  refused: string[];
}

/** Billions of floating-point operations a second (GF/s); a multiply-add counts as two. */
export interface EngineRates {
  /** Multiply-adds in registers and nothing else: the most that these instructions can do here. */
  roofline: number;
  /** The product of two matrices of 512 × 512. */
  gemm: number;
}

export interface EngineInfo {
  requested: EngineSettings;
  /** Absent where what was asked for cannot run. */
  computes?: BackendChoice;
  /** Why nothing computes. */
  problem?: string;
  carriers: CarrierInfo[];
  /** File that keeps the verdicts of the native kernels' self-test. */
  verdictsFile: string;
  /** Why they cannot be kept there; absent where they can. */
  verdictsProblem?: string;
  /** Absent where no kernels compute. */
  speed?: { oneThread: EngineRates; allThreads: EngineRates };
  machine: { platform: string; processor: string; physicalCores: number; logicalCores: number; memoryBytes: number };
  /** The engine's own memory; absent where no kernels compute. */
  memory?: { usedBytes: number; highWaterBytes: number; memoryBytes: number; maxBytes: number };
  versions: { gatescope: string; node: string; tfjsCore: string };
}

/** The facts under headings. */
export function engineInfoText(info: EngineInfo): string {
  const { machine, versions, carriers } = info;
  const { platform, processor, physicalCores, logicalCores, memoryBytes } = machine;
  const sections: [string, string[]][] = [
    ['Engine', engineLines(info)],
    [
      'Carriers of the kernels, best first',
      [...carriers.flatMap(carrierLines), 'cpu: plain TypeScript, runs everywhere'],
    ],
    ['Self-test', verdictLines(info)],
    ['Speed', speedLines(info)],
    ['Memory', memoryLines(info)],
    [
      'Machine',
      [
        `${processor}, ${platform}`,
        `${counted(physicalCores, 'core')}, ${counted(logicalCores, 'hardware thread')}, ${mib(memoryBytes)}`,
      ],
    ],
    ['Versions', [`Gatescope ${versions.gatescope}, Node ${versions.node}, tfjs-core ${versions.tfjsCore}`]],
  ];
  return sections.map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)].join('\n')).join('\n\n');
}

function engineLines({ requested, computes, problem }: EngineInfo): string[] {
  const asked = `Asked for: backend ${requested.backend}, threads ${requested.threads}`;
  if (!computes) return [`Nothing computes: ${problem}`, asked];
  const reason = backendReason(computes);
  return [`Computes with ${backendText(computes)}`, asked, ...(reason ? [`Why: ${reason}`] : [])];
}

function carrierLines({ kind, instructions, isBitExact, refused }: CarrierInfo): string[] {
  if (!instructions) return [`${kind}: does not run here`, ...refused.map((why) => `  ${why}`)];
  const bits = isBitExact ? 'the same bits as everywhere' : 'rounds in its own way: other last bits';
  return [`${kind} (${instructions}): works, ${bits}`, ...refused.map((why) => `  not used: ${why}`)];
}

function verdictLines({ verdictsFile, verdictsProblem }: EngineInfo): string[] {
  if (verdictsProblem === undefined) return [`Verdicts on native kernels are kept in ${verdictsFile}`];
  return [
    `Verdicts on native kernels cannot be kept in ${verdictsFile}: ${verdictsProblem}`,
    'They are tested anew at each start; mend the folder, or name another in XDG_CACHE_HOME',
  ];
}

function speedLines({ speed, computes }: EngineInfo): string[] {
  if (!speed || !computes) return ['Not measured: no kernels compute'];
  const { oneThread, allThreads } = speed;
  const line = (threads: number, { roofline, gemm }: EngineRates): string =>
    `${counted(threads, 'thread')}: roofline ${roofline.toFixed(1)} GF/s, matrix product ${gemm.toFixed(1)} GF/s ` +
    `(${((100 * gemm) / roofline).toFixed(0)} % of it)`;
  const measured = [line(1, oneThread), ...(computes.threads > 1 ? [line(computes.threads, allThreads)] : [])];
  return [...measured, 'Measured for a second: what else runs takes its part'];
}

function memoryLines({ memory }: EngineInfo): string[] {
  if (!memory) return ['None of its own: no kernels compute'];
  const { usedBytes, highWaterBytes, memoryBytes, maxBytes } = memory;
  return [
    `${mib(usedBytes)} taken, ${mib(highWaterBytes)} at most so far; size ${mib(memoryBytes)}, grows to ${mib(maxBytes)}`,
  ];
}

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
