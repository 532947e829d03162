// What computes, in words. Pure; used by the log, the command line, the status bar and the pages.
import type { BackendChoice } from '../schema/run.ts';

const NAMES: Readonly<Record<string, string>> = {
  native: 'native kernels',
  wasm: 'WebAssembly kernels',
  'wasm-plain': 'WebAssembly kernels',
  cpu: 'plain TypeScript',
  tensorflow: 'TensorFlow',
};

/** `native kernels (avx2), 2 threads` */
export function backendText({ used, instructions, library, threads }: Omit<BackendChoice, 'requested'>): string {
  const name = library ?? NAMES[used];
  const what = instructions ? `${name} (${instructions})` : name;
  return `${what}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
}

/** Why nothing better computes: what was asked for, and what does not run here. Empty where there is nothing to say. */
export function backendReason({ requested, used, reason }: BackendChoice): string {
  const asked =
    requested === 'auto' ? '' : requested === used ? `engine.backend is "${used}"` : `asked for ${requested}`;
  return [asked, reason ? `not used: ${reason}` : ''].filter(Boolean).join('; ');
}
