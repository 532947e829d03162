// Operations on tensors as tfjs-core calls them: our kernels against those of the cpu backend.
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../extension/engine/backend/backend.ts';
import { setMachine } from '../../extension/engine/backend/gatescopeBackend.ts';
import type { BenchContext } from './context.ts';
import { openSide } from './engines.ts';
import { runCase } from './layerCases.ts';
import { median, type Side, timeSteps } from './measure.ts';
import type { Row } from './results.ts';

const WIDTH = 64;

/** An operation on [rows, WIDTH]. */
const OPERATIONS: Readonly<Record<string, (x: tf.Tensor2D, row: tf.Tensor1D) => tf.Tensor>> = {
  'add a row to all rows': (x, row) => tf.add(x, row),
  tanh: (x) => tf.tanh(x),
  'sum of rows': (x) => tf.sum(x, 1),
  'sum of columns': (x) => tf.sum(x, 0),
  softmax: (x) => tf.softmax(x),
  transpose: (x) => tf.transpose(x),
  concat: (x) => tf.concat([x, x], 1),
  'product with [64, 64]': (x) => tf.matMul(x, tf.slice(x, [0, 0], [WIDTH, WIDTH])),
};

/** Tensors end with the machine that they were made for: each turn makes its own. */
function prepare(run: (typeof OPERATIONS)[string], rows: number): () => void {
  const make = () => ({
    backend: tf.backend(),
    x: tf.randomUniform([rows, WIDTH], -1, 1, 'float32', 1) as tf.Tensor2D,
    row: tf.randomUniform([WIDTH], -1, 1, 'float32', 2) as tf.Tensor1D,
  });
  let made: ReturnType<typeof make> | undefined;
  return () => {
    if (made?.backend !== tf.backend()) made = make();
    tf.tidy(() => void run(made!.x, made!.row));
  };
}

function cpuSide(run: (typeof OPERATIONS)[string], rows: number): Side {
  setMachine(undefined);
  const step = prepare(run, rows);
  return {
    name: 'tfjs cpu',
    isPeer: true,
    async turn(milliseconds) {
      setMachine(undefined);
      return { milliseconds: median(timeSteps(step, milliseconds)) };
    },
  };
}

export async function benchTensors(context: BenchContext): Promise<Row[]> {
  prepareBackend();
  const rows: Row[] = [];
  for (const [name, run] of Object.entries(OPERATIONS)) {
    for (const count of context.isQuick ? [64] : [64, 4096]) {
      const sides: Side[] = [];
      for (const kind of context.kinds) sides.push(await openSide(kind, context.threads, () => prepare(run, count)));
      sides.push(cpuSide(run, count));
      rows.push(
        ...(await runCase(context, { what: `${name}, [${count}, ${WIDTH}]`, threads: context.threads }, sides)),
      );
    }
  }
  return rows;
}
