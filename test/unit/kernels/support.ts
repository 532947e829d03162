// Every carrier that runs here, opened from the sources; exact float32 arithmetic for naive twins; values that show what goes wrong.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Arena } from '../../../extension/engine/kernels/arena.ts';
import { unary } from '../../../extension/engine/kernels/elementwise.ts';
import { STACK_BYTES } from '../../../extension/engine/kernels/layout.ts';
import { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { type CarrierSource, openCarrier } from '../../../extension/node/kernels/carrierSource.ts';
import { startHelperThreads } from '../../../extension/node/kernels/helperThreads.ts';
import { addonFileName, instructionSets } from '../../../extension/node/kernels/nativeAddon.ts';
import type { KernelFiles } from '../../../extension/node/kernels/openMachine.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { SpacedArena, WatchedMachine } from '../../support/watchedMachine.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

/** The committed kernels, with thread and check run from their sources. */
export const FILES: KernelFiles = {
  prebuilt: pathOf('prebuilt'),
  thread: pathOf('extension/node/kernels/kernelThread.ts'),
  check: pathOf('extension/node/kernels/kernelCheck.ts'),
};

/** The addon under clang's sanitizers, where the tests run over it: `npm run test:sanitized`. */
const SANITIZED = process.env.GATESCOPE_SANITIZED_KERNELS;

export interface TestCarrier {
  name: string;
  source: CarrierSource;
  /** Multiply-adds round once. */
  isFused: boolean;
}

function carriersHere(): TestCarrier[] {
  const addon = addonFileName();
  assert.ok(addon, 'there are no native kernels for this machine');
  const path = SANITIZED ?? join(FILES.prebuilt, addon);
  const native = instructionSets(path).map((set): TestCarrier => {
    return { name: `native ${set}`, source: { kind: 'native', path, set }, isFused: true };
  });
  const wasm = (kind: 'wasm' | 'wasm-plain', file: string): TestCarrier => {
    const isFused = kind === 'wasm';
    return { name: kind, source: { kind, path: join(FILES.prebuilt, file) }, isFused };
  };
  return [...native, wasm('wasm', 'kernels-relaxed.wasm'), wasm('wasm-plain', 'kernels.wasm')];
}

/** Native with every set of instructions that the processor has, relaxed and plain WebAssembly. */
export const CARRIERS_HERE = carriersHere();

export interface TestMachine {
  machine: KernelMachine;
  /** Ends a helper thread, by its number from 0, or the watcher at once. */
  end(which: number | 'watcher'): void;
}

export async function openTestMachine(
  { source }: TestCarrier,
  threads = 1,
  arena: Arena = SANITIZED ? new SpacedArena(8192) : new Arena(8192),
): Promise<TestMachine> {
  const carrier = await openCarrier(source, arena.memory, arena.lasting(STACK_BYTES / 4).byteOffset);
  const helpers = threads > 1 ? await startHelperThreads(FILES.thread, source, arena, threads - 1) : undefined;
  const options = { arena, carrier, helperCount: threads - 1, helpers };
  const isWatched = SANITIZED !== undefined && source.kind === 'native';
  const machine = isWatched ? new WatchedMachine(options, SANITIZED) : new KernelMachine(options);
  return { machine, end: (which) => helpers?.end(which) };
}

/** Multiply-add in float32, rounded once or twice. */
export type MultiplyAdd = (a: number, b: number, c: number) => number;

const wide = new Float64Array(1);
const words = new BigInt64Array(wide.buffer);

/**
 * a · b + c of float32 numbers, rounded once. The product is exact in double precision; the sum is rounded to odd there (the error of
 * the addition is known exactly), after which rounding to float32 gives the correct result (Boldo and Melquiond, 2008).
 */
export const fused: MultiplyAdd = (a, b, c) => {
  const product = a * b;
  const sum = product + c;
  if (!Number.isFinite(sum)) return sum;
  const part = sum - product;
  const error = product - (sum - part) + (c - part);
  if (error === 0) return Math.fround(sum);
  wide[0] = sum;
  if ((words[0] & 1n) === 0n) words[0] += error > 0 === sum > 0 ? 1n : -1n;
  return Math.fround(wide[0]);
};

export const roundedTwice: MultiplyAdd = (a, b, c) => Math.fround(Math.fround(a * b) + c);

export const multiplyAddOf = ({ isFused }: TestCarrier): MultiplyAdd => (isFused ? fused : roundedTwice);

/** A small generator of sizes and choices. */
export function createChoice(seed: number): (from: number, to: number) => number {
  const rng = new Rng(seed, 'sample', 1);
  return (from, to) => from + rng.nextInt(to - from + 1);
}

const SPECIAL = [0, -0, 1e-45, -3e-41, 1.1e-38, 3.3e38, -3.3e38, Infinity, -Infinity, NaN, 1, -1];

/**
 * Values in ±scale that start `misaligned` floats into their block (0 … 15). Every `every`-th is a zero of either sign, subnormal, huge,
 * infinite or not a number.
 */
export function awkward(
  arena: Arena,
  length: number,
  seed: number,
  { scale = 1, misaligned = seed % 16, every = 0 }: { scale?: number; misaligned?: number; every?: number } = {},
): Float32Array {
  const rng = new Rng(seed, 'sample', 2);
  const block = arena.float32(length + misaligned).subarray(misaligned);
  for (let at = 0; at < length; at++) block[at] = (2 * rng.nextFloat() - 1) * scale;
  if (every > 0) for (let at = seed % every; at < length; at += every) block[at] = SPECIAL[rng.nextInt(SPECIAL.length)];
  return block;
}

/** Same length, every value the same with its sign of zero; any NaN equals any other. */
export function assertSameValues(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let at = 0; at < expected.length; at++) {
    if (!Object.is(actual[at], expected[at])) {
      assert.fail(`${what}[${at}] of ${expected.length}: ${actual[at]} instead of ${expected[at]}`);
    }
  }
}

/** A block for a result with floats on both sides that must stay as they are. */
export function guarded(
  arena: Arena,
  length: number,
  misaligned: number,
): { view: Float32Array; assertUntouched(what: string): void } {
  const margin = 40;
  const block = arena.float32(length + 2 * margin + misaligned).fill(12345);
  const from = margin + misaligned;
  return {
    view: block.subarray(from, from + length),
    assertUntouched(what) {
      const around = [...block.subarray(0, from), ...block.subarray(from + length)];
      assert.ok(
        around.every((value) => value === 12345),
        `${what}: wrote outside of the result`,
      );
    },
  };
}

export const FUNCTION_NAMES = ['exp', 'sigmoid', 'tanh', 'log'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** A vector function of the kernels over x; the result is on the heap. */
export function mathOn(machine: KernelMachine, name: FunctionName, x: Float32Array): Float32Array {
  return machine.arena.scope(() => {
    const y = machine.arena.float32(x.length);
    unary(machine, name, machine.arena.adopt(x), y);
    return y.slice();
  });
}
