// Exports of small models: the files are those that PyTorch, onnxruntime and Keras ran (test/golden/weights/checkExports.py), and the engine's
// logits are theirs.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { exportModel } from '../../../extension/engine/io/export/exportModel.ts';
import { pythonComment, pythonString } from '../../../extension/engine/io/export/pythonText.ts';
import { importTensors, planImport } from '../../../extension/engine/io/layout/planImport.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { loadModel } from '../../../extension/engine/model.ts';
import { CASES, exportedModel, IDS, WRITER_IDS } from '../../golden/weights/exportCases.ts';
import { assertClose, decode } from './support.ts';

const EXPORTS = resolve(import.meta.dirname, '../../golden/weights/exports');
const FORMATS = ['pytorch', 'onnx', 'keras'] as const;
type Logits = number[][] | number[][][];

const { logits: ANSWERS } = JSON.parse(readFileSync(join(EXPORTS, 'answers.json'), 'utf8')) as {
  logits: Record<string, Record<(typeof FORMATS)[number], Logits>>;
};

for (const [name, { task }] of Object.entries(CASES)) {
  for (const format of FORMATS) {
    test(`the ${format} export of ${name} is the one that was run`, () => {
      const { files } = exportModel(exportedModel(name), format);
      let compared = 0;
      for (const { name: file, content } of files) {
        const path = join(EXPORTS, name, format, file);
        if (file === 'tokenizer.json' && !existsSync(path)) continue;
        assert.ok(Buffer.from(content as string).equals(readFileSync(path)), `${path} is another file`);
        compared++;
      }
      assert.ok(compared >= (format === 'onnx' ? 1 : 2));
    });
  }

  test(`the logits of ${name} are those of its exports`, () => {
    const { experiment, labels, vocabularySize, tensors } = exportedModel(name);
    const isWriter = task === 'languageModel';
    const classCount = isWriter ? vocabularySize : labels.length;
    const model = loadModel({ model: experiment.model, vocabularySize, classCount }, tensors);
    const logits = [...model.logits(createBatch(isWriter ? WRITER_IDS : IDS))];
    for (const format of FORMATS) {
      const expected = ANSWERS[name][format].flat(2) as number[];
      assert.equal(expected.length, (isWriter ? WRITER_IDS.flat().length : IDS.length) * classCount);
      assertClose(logits, expected, 1e-5);
    }
  });
}

for (const [name, { task }] of Object.entries(CASES)) {
  for (const [format, file] of [
    ['pytorch', 'model.pt'],
    ['onnx', 'model.onnx'],
    ['safetensors', 'model.safetensors'],
  ] as const) {
    test(`${name} comes back from its ${format} export, bit for bit`, () => {
      const model = exportedModel(name);
      const { files } = exportModel(model, format);
      const content = files.find((candidate) => candidate.name === file)!.content as Uint8Array;
      const plan = planImport(decode(content), { task, pooling: model.experiment.model.pooling, nonlinearity: 'relu' });
      assert.deepEqual([...plan.problems, ...plan.reservations], []);
      const tensors = importTensors(plan);
      assert.deepEqual(tensors, [...model.tensors]);
    });
  }
}

test('what a format cannot carry is said', () => {
  const model = exportedModel('lstm');
  const cleaned = {
    ...model,
    experiment: { ...model.experiment, text: { ...model.experiment.text, cleaning: ['stripHtml' as const] } },
  };
  for (const format of [...FORMATS, 'safetensors' as const]) {
    assert.match(exportModel(cleaned, format).losses.join('\n'), /Cleaning \(stripHtml\)/);
    assert.match(exportModel({ ...model, tokenizer: undefined }, format).losses.join('\n'), /no tokenizer/);
  }
});

test('a name or label never becomes code', () => {
  assert.equal(pythonString('a"\\\n\u2028🙂'), '"a\\"\\\\\\n\\u2028\\U0001f642"');
  assert.equal(pythonComment('x"""\\\nimport os\u2028 y'), 'x     import os  y');
});
