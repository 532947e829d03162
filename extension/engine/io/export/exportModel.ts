// A run in the format of another library.
import type { ExportFormat } from '../../../schema/exportFormats.ts';
import { assertNever } from '../../../util/assertNever.ts';
import { encodeSafetensors } from '../safetensors.ts';
import { type Export, type ExportedModel, textParts } from './exportedModel.ts';
import { exportKeras } from './kerasExport.ts';
import { exportOnnx } from './onnxExport.ts';
import { exportPytorch } from './pytorchExport.ts';

export function exportModel(model: ExportedModel, format: ExportFormat): Export {
  switch (format) {
    case 'pytorch':
      return exportPytorch(model);
    case 'onnx':
      return exportOnnx(model);
    case 'keras':
      return exportKeras(model);
    case 'safetensors':
      return exportSafetensors(model);
    default:
      return assertNever(format);
  }
}

/** What a run folder holds anyway: weights under PyTorch's names, the config and the tokenizer. */
function exportSafetensors(model: ExportedModel): Export {
  const text = textParts(model);
  const { experiment, labels } = model;
  const facts = { task: experiment.task, labels, text: experiment.text, model: experiment.model };
  return {
    files: [
      { name: 'model.safetensors', content: encodeSafetensors(model.tensors, { format: 'pt' }) },
      { name: 'config.json', content: `${JSON.stringify(facts, undefined, 2)}\n` },
      ...text.files,
    ],
    losses: [...text.losses, 'The optimizer’s state and the data’s places are not part of it.'],
  };
}
