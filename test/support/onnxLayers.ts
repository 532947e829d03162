// Recurrent nodes of an ONNX file on the engine: plain TypeScript, and the kernels of every carrier that runs here.
import { readOnnxModel } from '../../extension/engine/io/onnx/onnxModel.ts';
import { type OnnxRecurrent, RECURRENT_OPS, recurrentFromOnnx } from '../../extension/engine/io/onnx/onnxRecurrent.ts';
import type { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import { recurrentLayerForward } from '../../extension/engine/kernels/recurrentKernels.ts';
import { gruCell } from '../../extension/engine/layers/gru.ts';
import { lstmCell } from '../../extension/engine/layers/lstm.ts';
import { plainLayerForward } from '../../extension/engine/layers/plainLayer.ts';
import type { InitialState, LayerInput } from '../../extension/engine/layers/recurrent.ts';
import { rnnReluCell, rnnTanhCell } from '../../extension/engine/layers/rnn.ts';
import { createSequenceLayout } from '../../extension/engine/layers/sequenceLayout.ts';

const CELLS = { lstm: lstmCell, gru: gruCell, rnnTanh: rnnTanhCell, rnnRelu: rnnReluCell };

/** The recurrent layers of a file, in the order of its nodes. */
export function recurrentLayersOf(bytes: Uint8Array): OnnxRecurrent[] {
  const { nodes, initialisers } = readOnnxModel(bytes).graph;
  const isRecurrent = ({ op }: { op: string }): boolean => RECURRENT_OPS.some((name) => name === op);
  return nodes.filter(isRecurrent).map((node) => recurrentFromOnnx(node, initialisers));
}

export interface LayerResult {
  /** [N, D·H] in token order. */
  out: Float32Array;
  /** [D, B, H] */
  hN: Float32Array;
  /** [D, B, H]; empty where the cell is no LSTM. */
  cN: Float32Array;
}

/** A layer over texts of these lengths; x [N, I] in token order. With kernels where there is a machine. */
export function runOnnxLayer(
  layer: OnnxRecurrent,
  { x, lengths, initial }: { x: Float32Array; lengths: readonly number[]; initial?: readonly InitialState[] },
  machine?: KernelMachine,
): LayerResult {
  const layout = createSequenceLayout(Int32Array.from(lengths));
  const { inputSize, hiddenSize, directions: weights } = layer;
  const input: LayerInput = { x, layout, inputSize, hiddenSize, weights, initial };
  const run = (): LayerResult => {
    const cell = CELLS[layer.cell];
    const pass = machine ? recurrentLayerForward(machine, layer.cell, input) : plainLayerForward(cell, input);
    const results = pass.results();
    const join = (parts: readonly (Float32Array | undefined)[]): Float32Array =>
      Float32Array.from(parts.flatMap((part) => [...(part ?? [])]));
    return {
      out: pass.out.slice(),
      hN: join(results.map(({ hN }) => hN)),
      cN: join(results.map(({ cN }) => cN)),
    };
  };
  return machine ? machine.arena.scope(run) : run();
}
