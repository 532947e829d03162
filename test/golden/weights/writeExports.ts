// Writes the exports of exportCases.ts into test/golden/weights/exports, for checkExports.py to run:
//
//     node test/golden/weights/writeExports.ts
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportModel } from '../../../extension/engine/io/export/exportModel.ts';
import { CASES, exportedModel, IDS, WRITER_IDS } from './exportCases.ts';

const FOLDER = join(import.meta.dirname, 'exports');

for (const [name, { task }] of Object.entries(CASES)) {
  for (const format of ['pytorch', 'onnx', 'keras'] as const) {
    const folder = join(FOLDER, name, format);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const { name: file, content } of exportModel(exportedModel(name), format).files) {
      // The tokenizer is the same for all, and no framework's business here.
      if (
        file !== 'tokenizer.json' ||
        (name === 'lstm' && format === 'pytorch') ||
        (name === 'writer' && format === 'pytorch')
      ) {
        writeFileSync(join(folder, file), content);
      }
    }
  }
  writeFileSync(join(FOLDER, name, 'ids.json'), `${JSON.stringify(task === 'languageModel' ? WRITER_IDS : IDS)}\n`);
}
