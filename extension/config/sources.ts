// The sources that a config names.
import type { DataSource, Experiment } from '../schema/experiment.ts';
import type { JsonPath } from './configText.ts';

/** Every source of a config with its place in it. */
export function sourcesOf({ data }: Experiment): { path: JsonPath; source: DataSource }[] {
  const { train, validation, test } = data;
  return [
    { path: ['data', 'train'], source: train },
    ...(validation && 'path' in validation ? [{ path: ['data', 'validation'], source: validation }] : []),
    ...(test ? [{ path: ['data', 'test'], source: test }] : []),
  ];
}
