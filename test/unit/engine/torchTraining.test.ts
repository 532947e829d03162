// Twenty training steps of whole classifiers, every cell with every optimizer, in plain TypeScript against PyTorch.
import { test } from 'node:test';
import { TRAINING_CASES, trainAsPyTorch } from './trainAsPyTorch.ts';

for (const one of TRAINING_CASES) {
  test(`20 steps of ${one.cell} with ${JSON.stringify(one.options)}`, () => trainAsPyTorch(one));
}
