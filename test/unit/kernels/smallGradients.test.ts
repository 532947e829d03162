// Gradients that shrink over a long text: they become zero and never subnormal, on every carrier and in the plain cells; those of usual
// size are not touched.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { recurrentLayerForward } from '../../../extension/engine/kernels/recurrentKernels.ts';
import { gruCell } from '../../../extension/engine/layers/gru.ts';
import { lstmCell } from '../../../extension/engine/layers/lstm.ts';
import { plainLayerForward } from '../../../extension/engine/layers/plainLayer.ts';
import type { Cell, CellName, LayerGradients, LayerInput } from '../../../extension/engine/layers/recurrent.ts';
import { rnnReluCell, rnnTanhCell } from '../../../extension/engine/layers/rnn.ts';
import { layoutOf, randomArray } from '../engine/support.ts';
import { naiveLayer } from './recurrentTwin.ts';
import {
  assertSameValues,
  CARRIERS_HERE,
  type FunctionName,
  mathOn,
  multiplyAddOf,
  openTestMachine,
} from './support.ts';

const CELLS: Record<CellName, Cell> = { lstm: lstmCell, gru: gruCell, rnnTanh: rnnTanhCell, rnnRelu: rnnReluCell };
const NAMES = Object.keys(CELLS) as CellName[];

const SMALLEST_NORMAL = 2 ** -126;
const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < SMALLEST_NORMAL;

interface Case {
  input: LayerInput;
  dOut: Float32Array;
}

/** A layer whose widths leave tails; `last`: only the last output of each text has a gradient, as with pooling `last`. */
function layerCase(cell: Cell, lengths: number[], last: boolean): Case {
  const [inputSize, hiddenSize] = [7, 21];
  const layout = layoutOf(lengths);
  const rows = cell.gateCount * hiddenSize;
  const scale = 1 / Math.sqrt(hiddenSize);
  const weights = {
    weightIh: randomArray(rows * inputSize, 1, scale),
    weightHh: randomArray(rows * hiddenSize, 2, scale),
    biasIh: randomArray(rows, 3, scale),
    biasHh: randomArray(rows, 4, scale),
  };
  const dOut = randomArray(layout.tokenCount * hiddenSize, 5, 0.01);
  if (last)
    for (const [text, length] of lengths.entries()) {
      const from = layout.offsets[text] * hiddenSize;
      dOut.fill(0, from, from + (length - 1) * hiddenSize);
    }
  const x = randomArray(layout.tokenCount * inputSize, 6, 0.25);
  return { input: { x, layout, inputSize, hiddenSize, weights: [weights] }, dOut };
}

const LONG = [400, 3, 250];

/** No gradient is subnormal; the early tokens of the long text have none at all, and its last ones have some. */
function assertVanishedWhole(gradients: LayerGradients, { input }: Case): void {
  const all = { x: gradients.x, ...gradients.directions[0] };
  for (const [what, values] of Object.entries(all)) {
    const found = values?.filter(isSubnormal) ?? [];
    assert.equal(found.length, 0, `d ${what}: ${found.length} subnormal numbers, as ${found[0]}`);
  }
  const ofToken = (token: number): Float32Array =>
    all.x!.subarray(token * input.inputSize, (token + 1) * input.inputSize);
  assert.ok(ofToken(0).every((value) => value === 0));
  assert.ok(ofToken(LONG[0] - 1).every((value) => value !== 0));
}

for (const name of NAMES) {
  test(`plain ${name}: gradients of a long text that shrink become zero, none is subnormal`, () => {
    const long = layerCase(CELLS[name], LONG, true);
    assertVanishedWhole(plainLayerForward(CELLS[name], long.input).backward(long.dOut), long);
  });
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const name of NAMES) {
    test(`${carrier.name} ${name}: gradients of a long text that shrink become zero, none is subnormal`, async () => {
      const { machine } = await opened;
      const long = layerCase(CELLS[name], LONG, true);
      machine.arena.scope(() =>
        assertVanishedWhole(recurrentLayerForward(machine, name, long.input).backward(long.dOut), long),
      );
    });

    test(`${carrier.name} ${name}: gradients of usual size have the bits that they have where nothing becomes zero`, async () => {
      const { machine } = await opened;
      const { input, dOut } = layerCase(CELLS[name], [12, 5, 9], false);
      machine.arena.scope(() => {
        const math = (what: FunctionName, values: Float32Array): Float32Array => mathOn(machine, what, values);
        const untouched = { add: multiplyAddOf(carrier), math, flush: (gradient: number): number => gradient };
        const expected = naiveLayer(name, input, dOut, untouched);
        const { x, directions } = recurrentLayerForward(machine, name, input).backward(dOut);
        assertSameValues(x!, expected.get('d x')!, 'd x');
        for (const what of ['weightIh', 'weightHh', 'biasIh', 'biasHh'] as const)
          assertSameValues(directions[0][what], expected.get(`d ${what} 0`)!, `d ${what}`);
      });
    });
  }
}
