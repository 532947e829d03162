// Makes the JSON Schemas that the editor and other tools read, from the TypeBox source.
import { ExperimentSchema } from '../extension/schema/experiment.ts';

/** File name (without `.schema.json`) -> JSON Schema. */
export function generateSchemas(): Record<string, object> {
  return {
    experiment: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      allowComments: true,
      allowTrailingCommas: true,
      ...ExperimentSchema,
    },
  };
}
