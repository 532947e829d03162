// The folder `probes` of a run: index.json, written first, and a file an epoch. Invariant: every file is whole, whenever the run ends.
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isProbeIndex, type ProbeIndex } from '../schema/probes.ts';
import { writeFileAtomic, writeJsonAtomic } from './atomicWrite.ts';

const PROBES_FOLDER = 'probes';
const INDEX_FILE = 'index.json';
const EPOCH_FILE = /^epoch-(\d{3,9})\.safetensors$/;
/** Far above what is ever written. */
const MAX_BYTES = 256 << 20;

function epochFile(runDir: string, epoch: number): string {
  return join(runDir, PROBES_FOLDER, `epoch-${String(epoch).padStart(3, '0')}.safetensors`);
}

export async function writeProbeIndex(runDir: string, index: ProbeIndex): Promise<void> {
  await mkdir(join(runDir, PROBES_FOLDER), { recursive: true });
  await writeJsonAtomic(join(runDir, PROBES_FOLDER, INDEX_FILE), index);
}

export function writeProbeEpoch(runDir: string, epoch: number, bytes: Uint8Array): Promise<void> {
  return writeFileAtomic(epochFile(runDir, epoch), bytes);
}

/** Removes what was stored after `epoch`: a run that goes on from there may take another way. */
export async function dropLaterProbes(runDir: string, epoch: number): Promise<void> {
  const later = (await probeEpochs(runDir)).filter((stored) => stored > epoch);
  for (const stored of later) await rm(epochFile(runDir, stored), { force: true });
}

/** Undefined where the run stored no probes, or none that can be read here. */
export async function readProbeIndex(runDir: string): Promise<ProbeIndex | undefined> {
  const text = await readLimited(join(runDir, PROBES_FOLDER, INDEX_FILE));
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return isProbeIndex(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Epochs that were stored, rising. */
export async function probeEpochs(runDir: string): Promise<number[]> {
  const names = await readdir(join(runDir, PROBES_FOLDER)).catch(() => []);
  const numbers = names.flatMap((name) => EPOCH_FILE.exec(name)?.[1] ?? []);
  return numbers.map(Number).sort((a, b) => a - b);
}

/** The bytes of an epoch's file and its path; undefined where there is none. */
export async function readProbeEpoch(
  runDir: string,
  epoch: number,
): Promise<{ path: string; bytes: Uint8Array } | undefined> {
  const path = epochFile(runDir, epoch);
  const bytes = await readLimited(path);
  return bytes && { path, bytes };
}

async function readLimited(path: string): Promise<Buffer | undefined> {
  try {
    return (await stat(path)).size <= MAX_BYTES ? await readFile(path) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
