// Layer normalisation on a machine; the formulas stand in layers/layerNorm.ts (plain twin) and extension/kernels/layernorm.c.
import type { LayerNormPass, LayerNormWeights } from '../layers/layerNorm.ts';
import { Float, need } from './job.ts';
import type { KernelMachine } from './machine.ts';

/** x [N, D] -> y [N, D], with the way back; what comes back lies in the arena's current scope. */
export function layerNormForward(
  machine: KernelMachine,
  xGiven: Float32Array,
  weights: LayerNormWeights,
  epsilon: number,
): LayerNormPass {
  const { arena } = machine;
  const width = weights.gamma.length;
  const rows = xGiven.length / width;
  const x = arena.adopt(xGiven);
  const gamma = arena.adopt(weights.gamma);
  const beta = arena.adopt(need(weights.beta, width, 'The bias of a layer normalisation'));
  const [y, means, scales] = [arena.float32(x.length), arena.float32(rows), arena.float32(rows)];
  const head = [x, gamma, beta, width, new Float(epsilon), y, means, scales];
  const job = machine.job();
  machine.run(job.split('layerNorm', job.call(head), rows, { work: 4 * width }));
  return {
    y,
    backward(dYGiven) {
      const dY = arena.adopt(need(dYGiven, x.length, 'The gradient of a layer normalisation'));
      const gradients = {
        x: arena.float32(x.length),
        gamma: arena.float32(width),
        beta: arena.float32(width),
      };
      const back = machine.job();
      const call = back.call([...head, dY, gradients.x, gradients.gamma, gradients.beta, rows]);
      back.split('layerNormBackward', call, rows, { work: 6 * width });
      back.split('layerNormColumns', call, width, { work: 2 * rows, grain: 16 });
      machine.run(back);
      return gradients;
    },
  };
}
