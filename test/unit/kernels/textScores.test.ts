// The score of a text by a language model on every carrier beside plain TypeScript, over several windows whose last ones end early.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { encodedText } from '../../../extension/data/runningText.ts';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { SCORING_WINDOW, scoreText } from '../../../extension/engine/tasks/languageModel.ts';
import { createTextStreams } from '../../../extension/engine/tasks/textStreams.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import { assertClose, modelConfig } from '../engine/support.ts';
import { CARRIERS_HERE, createChoice, openTestMachine } from './support.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

const VOCABULARY = 19;
const STREAMS = 4;
const { pooling: _, ...model } = modelConfig({ encoder: { hiddenSize: 11, layers: 2 } });
const choose = createChoice(5);
const TEXT = encodedText(Uint32Array.from({ length: 594 }, () => choose(0, VOCABULARY - 1)));

test('the text has windows of every kind', () => {
  const streams = createTextStreams(TEXT, STREAMS, SCORING_WINDOW);
  const tokens = Array.from({ length: streams.windowCount }, (_, n) => streams.window(n).batch.layout.tokenCount);
  assert.deepEqual(tokens, [4 * 64, 4 * 64, 3 * 21 + 18]);
});

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const embedding of [{ type: 'oneHot' }, { size: 6, dropout: 0, init: { uniform: 0.5 } }] as const) {
    const name = 'type' in embedding ? 'one-hot' : 'embedded';
    test(`${carrier.name}: the score of a text, ${name}, and nothing is left behind`, async () => {
      const shape: ModelShape = { model: { ...model, embedding }, vocabularySize: VOCABULARY, classCount: VOCABULARY };
      const score = () => scoreText(createModel(shape, createParams(shape, 3)), TEXT, options);
      const options = { batchSize: STREAMS, isCharacters: true };
      const plain = await score();
      const { machine } = await opened;
      setMachine(machine);
      await score();
      const before = [tf.memory().numTensors, machine.arena.use.usedBytes];
      const scores = await score();
      assert.deepEqual([tf.memory().numTensors, machine.arena.use.usedBytes], before);
      assertClose([scores.loss], [plain.loss], 'loss', { absolute: 1e-6 });
      assertClose([scores.perplexity!], [plain.perplexity!], 'perplexity', { absolute: 0, relative: 1e-6 });
    });
  }
}
