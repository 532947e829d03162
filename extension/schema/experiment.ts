// The experiment config (*.gatescope.json): the only source of its types, JSON Schema, defaults and reference page.
// Every key has a description; every optional key has a default or is absent by default and says so.
// The sections stand in files of their own.
import { type Static, Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { DataSchema } from './dataSection.ts';
import { EngineSchema } from './engineSection.ts';
import { FineTuneSchema } from './fineTune.ts';
import { ModelSchema } from './modelSection.ts';
import { stringEnum } from './stringEnum.ts';
import { TASKS } from './tasks.ts';
import { TextSchema } from './textSection.ts';
import { TrainingSchema } from './trainingSection.ts';

const MAX_PROBES = 20;
const MAX_PROBE_CHARACTERS = 2000;

export const ExperimentSchema = closed(
  {
    $schema: Type.Optional(Type.String({ description: 'JSON Schema of this file, for other editors.' })),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Name shown in lists. By default the file name.' })),
    description: Type.Optional(Type.String({ description: 'Notes for readers of this config.' })),
    task: Type.Optional(
      stringEnum(TASKS, {
        default: 'classification',
        description: 'What is learned.',
        enumDescriptions: ['One label per text.', 'The next token of running text, so that the model can write on.'],
      }),
    ),
    data: DataSchema,
    text: Type.Optional(TextSchema),
    model: ModelSchema,
    training: Type.Optional(TrainingSchema),
    probes: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: MAX_PROBE_CHARACTERS,
          description: 'A text, cleaned and cut as the data is.',
        }),
        {
          maxItems: MAX_PROBES,
          uniqueItems: true,
          defaultSnippets: [{ label: '[ "a text" ]', body: ['$1'] }],
          description:
            'Texts whose gates and states are stored before training and after every epoch, so that learning can be replayed. They have no part in training.',
        },
      ),
    ),
    fineTune: Type.Optional(FineTuneSchema),
    engine: Type.Optional(EngineSchema),
  },
  { title: 'Gatescope experiment', description: 'An experiment: data, text processing, model and training.' },
);

/** A config as the user wrote it: most keys optional. */
export type Experiment = Static<typeof ExperimentSchema>;
