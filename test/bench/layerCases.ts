// Benches of single kernels: the matrix product, and training steps (forward and backward) of one recurrent layer.
import type { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import { addPacking, addProduct } from '../../extension/engine/kernels/products.ts';
import { recurrentLayerForward } from '../../extension/engine/kernels/recurrentKernels.ts';
import { createSequenceLayout } from '../../extension/engine/layers/sequenceLayout.ts';
import type { BenchContext } from './context.ts';
import { openSide } from './engines.ts';
import { type Side, takeTurns } from './measure.ts';
import type { LayerShape } from './peers.ts';
import { type Case, type Row, rowsOf } from './results.ts';

export const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;
export const CELLS = ['lstm', 'gru', 'rnn'] as const;

/** Takes the turns of a case and gives its rows. */
export async function runCase(context: BenchContext, what: Case, sides: readonly Side[]): Promise<Row[]> {
  const rows = rowsOf(what, sides, await takeTurns(sides, context));
  for (const { side, values, speedOver } of rows) {
    const ratios = Object.entries(speedOver ?? {}).map(([peer, { median }]) => `, ${median.toFixed(2)} × ${peer}`);
    context.log(`  ${what.what}, ${side}: ${values.milliseconds?.median.toFixed(3)} ms${ratios.join('')}`);
  }
  return rows;
}

/** A block that outlives scopes, with values between -scale and scale. */
function filled(machine: KernelMachine, length: number, scale: number): Float32Array {
  const block = machine.arena.lasting(length);
  for (let at = 0; at < length; at++) block[at] = scale * Math.sin(at * 1.37 + length);
  return block;
}

/** C = A B of size³ on one thread, B packed once or at every step. */
function gemmStep(machine: KernelMachine, size: number, packsEachTime: boolean): () => void {
  const a = filled(machine, size * size, 0.1);
  const values = filled(machine, size * size, 0.1);
  const out = filled(machine, size * size, 0);
  const pack = (): Float32Array => {
    const job = machine.job();
    const panels = addPacking(machine, job, { values, k: size, n: size });
    machine.run(job);
    return panels;
  };
  const packed = pack();
  return () =>
    machine.arena.scope(() => {
      const panels = packsEachTime ? pack() : packed;
      const job = machine.job();
      addProduct(job, { a, panels, m: size, n: size, k: size, out });
      machine.run(job);
    });
}

export async function benchGemm(context: BenchContext): Promise<Row[]> {
  const size = context.isQuick ? 128 : 512;
  const work = { flops: 2 * size ** 3, threads: 1 };
  const rows: Row[] = [];
  for (const packsEachTime of [false, true]) {
    const sides = [];
    for (const kind of context.kinds) sides.push(await openSide(kind, 1, (m) => gemmStep(m, size, packsEachTime)));
    // A peer's product takes matrices as they are, so it is compared with ours where that packs too.
    if (packsEachTime && context.torch) sides.push(await context.torch.prepare({ op: 'gemm', size, threads: 1 }));
    const what = `GEMM ${size}³, ${packsEachTime ? 'packing included' : 'packed before'}`;
    rows.push(...(await runCase(context, { what, ...work }, sides)));
  }
  return rows;
}

/** Forward and backward of one layer over full texts; all gradients, that of the input too. */
export function layerStep(machine: KernelMachine, { cell, batch, steps, input, hidden }: LayerShape): () => void {
  const layout = createSequenceLayout(new Int32Array(batch).fill(steps));
  const rows = GATES[cell] * hidden;
  const weights = [
    {
      weightIh: filled(machine, rows * input, 0.1),
      weightHh: filled(machine, rows * hidden, 0.06),
      biasIh: filled(machine, rows, 0.1),
      biasHh: filled(machine, rows, 0.1),
    },
  ];
  const x = filled(machine, batch * steps * input, 1);
  const dOut = filled(machine, batch * steps * hidden, 0.01);
  const name = cell === 'rnn' ? 'rnnTanh' : cell;
  const given = { x, layout, inputSize: input, hiddenSize: hidden, weights };
  return () => machine.arena.scope(() => void recurrentLayerForward(machine, name, given).backward(dOut));
}

/** Of forward, and of the two products of the same size that each makes in the backward pass. */
export const layerFlops = ({ cell, batch, steps, input, hidden }: LayerShape): number =>
  3 * 2 * batch * steps * GATES[cell] * hidden * (input + hidden);

export async function layerSides(context: BenchContext, shape: LayerShape): Promise<Side[]> {
  const sides: Side[] = [];
  for (const kind of context.kinds) sides.push(await openSide(kind, shape.threads, (m) => layerStep(m, shape)));
  if (context.torch) sides.push(await context.torch.prepare(shape));
  if (shape.cell === 'lstm') for (const peer of context.tfjs) sides.push(await peer.prepare(shape));
  return sides;
}

export async function benchLayers(context: BenchContext): Promise<Row[]> {
  const sizes = context.isQuick
    ? [{ batch: 8, steps: 8, input: 16, hidden: 16 }]
    : [
        { batch: 32, steps: 64, input: 128, hidden: 256 },
        { batch: 32, steps: 32, input: 64, hidden: 64 },
      ];
  const rows: Row[] = [];
  for (const size of sizes) {
    for (const cell of CELLS) {
      const shape: LayerShape = { op: 'layer', cell, ...size, threads: context.threads };
      const what = `${cell.toUpperCase()} B${size.batch} T${size.steps} I${size.input} H${size.hidden}`;
      const work = { flops: layerFlops(shape), tokens: size.batch * size.steps };
      rows.push(
        ...(await runCase(context, { what, threads: shape.threads, ...work }, await layerSides(context, shape))),
      );
    }
  }
  return rows;
}
