// Models for the tests of traces: those that PyTorch traced, random ones, and every way to compute.
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { loadModel, type Model } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import type { ResolvedModel } from '../../../extension/schema/resolved.ts';
import { modelConfig, readGolden } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from '../kernels/support.ts';

export interface TracedCase {
  name: string;
  cell: 'lstm' | 'gru' | 'rnnTanh' | 'rnnRelu';
  layers: number;
  bidirectional: boolean;
  pooling: ResolvedModel['pooling'];
  vocabulary: number;
  size: number;
  hidden: number;
  classes: number;
  /** The class whose score was differentiated. */
  target: number;
  /** Of integrated gradients. */
  steps: number;
}

/** Made by test/golden/torch/traces.py. */
export const golden = readGolden<TracedCase>('traces');

/** The model that PyTorch traced, and the text. */
export function tracedModel(one: TracedCase): { model: Model; ids: Uint32Array } {
  const { cell, hidden: hiddenSize, layers, bidirectional, size, pooling, vocabulary, classes } = one;
  const shape = shapeOf(cell, { hiddenSize, layers, bidirectional, size, pooling, vocabulary, classes });
  const weights = createParams(shape, 1).parameters.map(({ name }) => ({
    ...golden.tensor(`${one.name}.weight.${name}`),
    name,
  }));
  return { model: loadModel(shape, weights), ids: Uint32Array.from(golden.integers(`${one.name}.ids`)) };
}

export interface Sizes {
  hiddenSize: number;
  layers: number;
  bidirectional: boolean;
  size?: number;
  pooling?: ResolvedModel['pooling'];
  vocabulary?: number;
  classes?: number;
}

export function shapeOf(cell: TracedCase['cell'], sizes: Sizes): ModelShape {
  const { size = 5, pooling = 'max', vocabulary = 12, classes = 3, ...encoder } = sizes;
  const type = cell === 'lstm' || cell === 'gru' ? cell : 'rnn';
  const nonlinearity = cell === 'rnnRelu' ? 'relu' : 'tanh';
  const own = type === 'lstm' ? { forgetBias: 0 } : type === 'rnn' ? { nonlinearity } : {};
  return {
    model: modelConfig({ encoder: { type, ...own, ...encoder } as never, embedding: { size }, pooling }),
    vocabularySize: vocabulary,
    classCount: classes,
  };
}

/** Plain TypeScript, and every carrier that runs here; `use` makes it compute until `leave`. */
export const COMPUTERS: readonly { name: string; use(): Promise<void>; leave(): Promise<void> }[] = [
  { name: 'plain TypeScript', use: async () => setMachine(undefined), leave: async () => undefined },
  ...CARRIERS_HERE.map((carrier) => {
    let machine: Awaited<ReturnType<typeof openTestMachine>>['machine'] | undefined;
    return {
      name: carrier.name,
      async use() {
        ({ machine } = await openTestMachine(carrier));
        setMachine(machine);
      },
      async leave() {
        setMachine(undefined);
        await machine?.close();
      },
    };
  }),
];
