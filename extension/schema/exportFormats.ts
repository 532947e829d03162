// Formats that a run can be written in.
export const EXPORT_FORMATS = ['pytorch', 'onnx', 'keras', 'safetensors'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What each holds, for lists. */
export const EXPORT_SUMMARIES: Readonly<Record<ExportFormat, string>> = {
  pytorch: 'model.py (an nn.Module), model.pt (its state_dict), predict.py',
  onnx: 'model.onnx: ids and lengths to logits',
  keras: 'model.py for Keras 3, weights.npz',
  safetensors: 'model.safetensors under PyTorch’s names, config.json',
};
