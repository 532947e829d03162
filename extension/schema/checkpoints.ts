// Which moments of a run are kept so that it can go on from them: the config's `training.checkpoints`.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';

export const CheckpointsSchema = closed(
  {
    last: Type.Optional(
      Type.Boolean({ default: true, description: 'Keep the last finished epoch, from which a run can be resumed.' }),
    ),
    best: Type.Optional(Type.Boolean({ default: true, description: 'Keep the best epoch.' })),
    everyEpochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: 'Also keep each Nth epoch. Absent: none of the others.',
      }),
    ),
    everySteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1e9,
        description:
          'Also save within epochs, every N updates; the newest of these is kept. Absent: at the end of epochs only.',
      }),
    ),
    maxMegabytes: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1e9,
        default: 4096,
        description: 'Most room on the disk; beyond it the oldest go first, the one to resume from never.',
      }),
    ),
  },
  { description: 'Weights, optimizer and all else that a run needs to go on exactly, saved at the end of epochs.' },
);

export interface ResolvedCheckpoints {
  last: boolean;
  best: boolean;
  everyEpochs?: number;
  everySteps?: number;
  maxMegabytes: number;
}
