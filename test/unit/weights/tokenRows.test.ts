// Rows moved by token: a model answers the same under its new ids, and what is new is the mean, or as improbable as the rarest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportModel } from '../../../extension/engine/io/export/exportModel.ts';
import { importTensors, planImport, withTokenRows } from '../../../extension/engine/io/layout/planImport.ts';
import { applySteps } from '../../../extension/engine/io/layout/steps.ts';
import { exportedModel, WRITER_IDS } from '../../golden/weights/exportCases.ts';
import { assertClose, decode, decodeGolden, goldenJson, logitsOf, tensorNamed } from './support.ts';

test('a classifier answers the same under new ids', () => {
  const { ids, logits } = goldenJson<{ ids: number[][]; logits: Record<string, number[][]> }>('torch-models.json');
  // Ours first, then the file's seven in reverse.
  const rows = [-1, -1, 6, 5, 4, 3, 2, 1, 0];
  const plan = withTokenRows(planImport(decodeGolden('torch-lstm.pt')), rows);
  const renamed = ids.map((text) => text.map((id) => rows.indexOf(id)));
  for (const [row, values] of logitsOf(plan, renamed).entries()) assertClose(values, logits.lstm[row], 1e-6);
});

test('of a language model the scores move with the tokens, and a new one is improbable', () => {
  const content = exportModel(exportedModel('gruWriter'), 'pytorch').files.find(({ name }) => name === 'model.pt')!;
  const plan = planImport(decode(content.content as Uint8Array));
  assert.equal(plan.task, 'languageModel');
  const rows = [0, -1, ...Array.from({ length: 11 }, (_, index) => 11 - index)];
  const moved = withTokenRows(plan, rows);
  const before = logitsOf(plan, [WRITER_IDS[0]])[0];
  const after = logitsOf(moved, [WRITER_IDS[0].map((id) => rows.indexOf(id))])[0];
  for (const [id, from] of rows.entries()) if (from >= 0) assertClose([after[id]], [before[from]], 1e-6);
  const bias = tensorNamed(importTensors(moved), 'head.bias').data;
  assert.equal(bias[1], Math.min(...bias));
});

test('a new row is the mean of all rows', () => {
  const { data } = applySteps({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 6) }, [{ type: 'rows', rows: [1, -1] }]);
  assert.deepEqual([...data], [3, 6, 2, 4]);
});
