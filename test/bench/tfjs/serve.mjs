// tf.layers' side of the LSTM benches: `node serve.mjs FOLDER BACKEND`, where FOLDER has @tensorflow/tfjs installed, and for the
// backend `wasm` @tensorflow/tfjs-backend-wasm, for `tensorflow` @tensorflow/tfjs-node. They are too big to be dependencies of this project.
// Same lines as torch/serve.py; the only case is a layer.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const MIN_STEPS = 3;
const [folder, backend] = process.argv.slice(2);
const require = createRequire(join(resolve(folder), 'package.json'));
// What these packages log must not stand between the answers.
console.log = console.warn;
const tf = require('@tensorflow/tfjs');
if (backend === 'wasm') {
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'))}/`);
} else {
  // The package calls functions that Node 23 took away.
  require('node:util').isNullOrUndefined ??= (value) => value === null || value === undefined;
  require('@tensorflow/tfjs-node');
}
if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} of tfjs did not start`);
await tf.ready();

function layerStep({ cell, batch, steps, input, hidden }) {
  if (cell !== 'lstm') throw new Error(`There is no case for ${cell}`);
  const layer = tf.layers.lstm({ units: hidden, returnSequences: true, recurrentActivation: 'sigmoid' });
  const x = tf.variable(tf.randomNormal([batch, steps, input]));
  tf.dispose(layer.apply(x)); // makes the weights
  const dOut = tf.randomNormal([batch, steps, hidden]);
  const variables = [x, ...layer.trainableWeights.map((weight) => weight.read())];
  return () => {
    const { grads, value } = tf.variableGrads(() => tf.sum(tf.mul(layer.apply(x), dOut)), variables);
    const gradients = Object.values(grads);
    if (gradients.length !== variables.length) throw new Error('Gradients are missing');
    for (const gradient of gradients) gradient.dataSync();
    tf.dispose([gradients, value]);
  };
}

function turn(step, milliseconds) {
  const times = [];
  const startedAt = performance.now();
  while (times.length < MIN_STEPS || performance.now() - startedAt < milliseconds) {
    const from = performance.now();
    step();
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

let step;
for await (const line of createInterface(process.stdin)) {
  let reply = {};
  try {
    const request = JSON.parse(line);
    if (request.op === 'hello') reply = { version: tf.version.tfjs };
    else if (request.op === 'turn') reply = { milliseconds: turn(step, request.milliseconds) };
    else if (request.op === 'layer') step = layerStep(request);
    else throw new Error(`There is no case for ${request.op}`);
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
