// The section `engine` of a config: what computes, on how many threads.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { stringEnum } from './stringEnum.ts';

export const BACKENDS = ['auto', 'native', 'wasm', 'wasm-plain', 'cpu', 'tensorflow'] as const;
/** The most kernel threads that can be asked for. */
export const MAX_THREADS = 64;

export const EngineSchema = closed(
  {
    backend: Type.Optional(
      stringEnum(BACKENDS, {
        default: 'auto',
        description:
          'What computes. A named backend that cannot run is an error; only `auto` falls back. The log and environment.json say what it was.',
        enumDescriptions: [
          'The first that works here of native, wasm, wasm-plain and cpu.',
          'Native kernels (AVX-512, AVX2 or NEON).',
          'The same kernels in WebAssembly with relaxed SIMD: the same bits, slower.',
          'The same kernels in WebAssembly without fused multiply-add: other last bits.',
          'Plain TypeScript on one thread, everywhere.',
          'TensorFlow, where it is installed.',
        ],
      }),
    ),
    threads: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: MAX_THREADS })], {
        default: 'auto',
        description:
          'Kernel threads; `auto` is the number of physical cores, at most 8; in VS Code one is left to the editor. Results are the same with any number.',
      }),
    ),
  },
  { description: 'Backend and threads. Overrides the editor’s settings.' },
);

export type Backend = (typeof BACKENDS)[number];
