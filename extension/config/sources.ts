// The sources that a config names.
import type { Experiment } from '../schema/experiment.ts';
import type { DataSource, DatasetReference } from '../schema/source.ts';
import type { JsonPath } from './configText.ts';

export interface Placed<T> {
  /** Where it stands in the config. */
  path: JsonPath;
  source: T;
}

/** Every file or folder that a config names. */
export function sourcesOf(experiment: Experiment): Placed<DataSource>[] {
  return named(experiment).filter((placed): placed is Placed<DataSource> => 'path' in placed.source);
}

/** Every part of a dataset that a config names. */
export function referencesOf(experiment: Experiment): Placed<DatasetReference>[] {
  return named(experiment).filter((placed): placed is Placed<DatasetReference> => 'dataset' in placed.source);
}

function named({ data }: Experiment): Placed<object>[] {
  return Object.entries({ train: data.train, validation: data.validation, test: data.test }).flatMap(([key, source]) =>
    source ? [{ path: ['data', key], source }] : [],
  );
}
