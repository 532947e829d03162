// Whatever examples come from: a file, a folder, or a part of a dataset.
import { type DatasetRequest, openDataset } from './dataset/openDataset.ts';
import { openSource } from './examples.ts';
import type { OpenedSource, SourceRequest } from './readItem.ts';
import type { FileSource } from './types.ts';

export type DataRequest = SourceRequest | DatasetRequest;

/** Looks at the data and settles how to read it. Throws DataError where it cannot be read at all. */
export function openData(request: DataRequest, files: FileSource): Promise<OpenedSource> {
  return 'dataset' in request ? openDataset(request, files) : openSource(request, files);
}
