// Weights that Keras saves as HDF5: a whole model or its weights alone (.h5, .hdf5), and the weights within a .keras archive.
// A tensor's name is its way through the groups: `lstm_1/lstm_1/kernel:0`, `layers/lstm/cell/vars/0`.
import { stridesOf } from '../../linalg/rowMajor.ts';
import type { NamedTensor } from '../../types.ts';
import { Allowance } from '../allowance.ts';
import { conversionNote, type ElementType, gatherElements } from '../elements.ts';
import { type Hdf5Object, readHdf5 } from '../hdf5/hdf5File.ts';
import { parseJson } from '../parseJson.ts';
import { clip, type ReaderTools, type WeightsFile } from '../weightsFile.ts';

/** Groups beside the weights that hold numbers. */
const OPTIMIZER = /^(optimizer_weights|optimizer|_optimizer)(\/|$)/;
const WHOLE_MODEL = 'model_weights/';

/** Weights within another file share its allowance. Throws UserError `weights.*`. */
export function readHdf5Weights(
  bytes: Uint8Array,
  tools: ReaderTools,
  allowance = new Allowance(bytes.length),
): WeightsFile {
  const objects = readHdf5({ bytes, allowance });
  const config = objects[0].attributes.get('model_config')?.[0];
  const { tensors, notes } = numbersOf(objects, allowance, tools);
  return {
    format: 'keras',
    tensors,
    notes,
    ...(config !== undefined && { config: parseJson(new TextEncoder().encode(config), allowance) }),
  };
}

/** All datasets of numbers but the optimizer's. */
function numbersOf(
  objects: readonly Hdf5Object[],
  allowance: Allowance,
  tools: ReaderTools,
): { tensors: NamedTensor[]; notes: string[] } {
  const notes = new Set<string>();
  const byType = new Map<ElementType, string[]>();
  const tensors: NamedTensor[] = [];
  for (const { path, dataset } of objects) {
    if (!dataset) continue;
    const name = path.startsWith(WHOLE_MODEL) ? path.slice(WHOLE_MODEL.length) : path;
    if (OPTIMIZER.test(name)) notes.add('The optimizer’s state was left out.');
    else if (dataset.datatype.kind !== 'number') notes.add(`"${clip(name)}" holds no numbers and was left out.`);
    else {
      const source = dataset.read(tools);
      const names = byType.get(source.type) ?? [];
      names.push(name);
      byType.set(source.type, names);
      const { shape } = dataset;
      tensors.push({
        name,
        shape,
        data: gatherElements(name, source, { shape, strides: stridesOf(shape), offset: 0 }, allowance),
      });
    }
  }
  for (const [type, names] of byType) {
    const note = conversionNote(names, type);
    if (note) notes.add(note);
  }
  return { tensors, notes: [...notes] };
}
