// The kernels as their tests run them under clang's sanitizers: every access checked against the arrays of its job, and undefined
// behaviour (test/sanitizer/sanitizer.c). Needs no sanitizer library, so that what builds the kernels builds this as well.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ARGUMENT_WORDS, ARGUMENTS, ENTRIES, MAX_CALLS, SCRATCH_BYTES } from '../extension/engine/kernels/layout.ts';
import { BITS, buildCache, QUIET, SHARED, SOURCES, type Zig } from './zig.ts';

/** The file that `npm run kernels -- --sanitize` makes. */
export const SANITIZED_KERNELS = join(buildCache(), 'sanitized', `kernels-linux-${process.arch}.node`);

const SANITIZERS = [
  ...['-fsanitize=kernel-address', '-fsanitize=undefined', '-fsanitize-recover=all'],
  ...['instrumentation-with-call-threshold=0', 'kernel-mem-intrinsic-prefix=1', 'stack=0'].flatMap((option) => [
    '-mllvm',
    `-asan-${option}`,
  ]),
];

const LAYOUT = Object.entries({
  ENTRIES,
  SCRATCH_BYTES,
  ARGUMENTS_END: ARGUMENTS + MAX_CALLS * ARGUMENT_WORDS * 4,
}).map(([name, value]) => `-D${name}=${value}ul`);

const SETS: Record<string, { entry: string; flags: string[] }[]> = {
  x64: [
    { entry: 'gatescope_run_avx2', flags: ['-mcpu=x86_64_v3', '-DW=8'] },
    { entry: 'gatescope_run_avx512', flags: ['-mcpu=x86_64_v4', '-mprefer-vector-width=512', '-DW=16'] },
  ],
  arm64: [{ entry: 'gatescope_run', flags: ['-DW=4'] }],
};

/** Builds for this machine. Throws where it is none that the kernels are built for natively on Linux. */
export async function buildSanitizedKernels(zig: Zig): Promise<void> {
  const sets = process.platform === 'linux' ? SETS[process.arch] : undefined;
  if (!sets)
    throw new Error(`The sanitized kernels run on Linux x64 and arm64, not on ${process.platform}-${process.arch}.`);
  const target = `${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu.2.17`;
  const common = ['-target', target, '-O1', ...BITS, ...QUIET, ...SHARED];
  const objects: string[] = [];
  for (const { entry, flags } of sets) {
    const object = join(zig.scratch, `${entry}.o`);
    const compile = ['-c', 'kernels.c', `-DENTRY=sanitized_${entry}`, '-o', object];
    await zig.cc([...common, ...flags, ...SANITIZERS, ...compile]);
    objects.push(object);
  }
  const door = join(zig.scratch, 'sanitizer.o');
  const source = resolve('test/sanitizer/sanitizer.c');
  await zig.cc([
    ...common,
    '-fno-sanitize=all',
    ...LAYOUT,
    `-I${zig.headers}`,
    `-I${SOURCES}`,
    '-c',
    source,
    '-o',
    door,
  ]);
  await mkdir(join(SANITIZED_KERNELS, '..'), { recursive: true });
  await zig.cc(['-target', target, '-nostdlib', '-shared', ...objects, door, '-o', SANITIZED_KERNELS]);
  console.log(SANITIZED_KERNELS);
}
