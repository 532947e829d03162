// How the learning rate moves over a run: the config's `training.schedule`. What each means in numbers stands in engine/train/schedules.ts.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';

const share = (byDefault: number, description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, default: byDefault, description }));
const factor = (byDefault: number, description: string) =>
  Type.Optional(Type.Number({ minimum: 1, maximum: 1e9, default: byDefault, description }));

const warmup = {
  warmupRatio: Type.Optional(
    Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: 'Share of all steps over which the rate rises from 0 to its full size (warmup_ratio).',
    }),
  ),
  warmupSteps: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1e9,
      description: 'The same in steps (warmup_steps); counts before warmupRatio.',
    }),
  ),
};

export const ScheduleSchema = Type.Union(
  [
    closed(
      { type: Type.Literal('constant', { description: 'Kind of schedule.' }), ...warmup },
      { title: 'Constant', description: 'The same rate throughout, after the warm-up if there is one.' },
    ),
    closed(
      { type: Type.Literal('linear', { description: 'Kind of schedule.' }), ...warmup },
      { title: 'Linear', description: 'Falls in a line to 0, as transformers’ get_linear_schedule_with_warmup.' },
    ),
    closed(
      { type: Type.Literal('cosine', { description: 'Kind of schedule.' }), ...warmup },
      {
        title: 'Cosine',
        description: 'Falls along half a cosine to 0, as transformers’ get_cosine_schedule_with_warmup.',
      },
    ),
    closed(
      {
        type: Type.Literal('oneCycle', { description: 'Kind of schedule.' }),
        pctStart: share(0.3, 'Share of the steps in which the rate rises.'),
        divFactor: factor(25, 'The rate starts at its full size divided by this.'),
        finalDivFactor: factor(1e4, 'It ends at its first size divided by this.'),
      },
      {
        title: 'One cycle',
        description:
          'Up and down once along cosines (Smith, 2018), as torch.optim.lr_scheduler.OneCycleLR; momentum stays as it is.',
      },
    ),
    closed(
      {
        type: Type.Literal('slantedTriangular', { description: 'Kind of schedule.' }),
        cutFraction: share(0.1, 'Share of the steps in which the rate rises.'),
        ratio: factor(32, 'How much smaller the smallest rate is than the full one.'),
      },
      {
        title: 'Slanted triangular',
        description: 'Up in a short line and down in a long one (Howard and Ruder, 2018).',
      },
    ),
  ],
  {
    default: { type: 'constant' },
    description: 'How the learning rate moves from step to step; the optimizer’s learningRate is its full size.',
  },
);

export type ResolvedWarmup = { warmupRatio: number; warmupSteps?: number };

export type ResolvedSchedule =
  | ({ type: 'constant' | 'linear' | 'cosine' } & ResolvedWarmup)
  | { type: 'oneCycle'; pctStart: number; divFactor: number; finalDivFactor: number }
  | { type: 'slantedTriangular'; cutFraction: number; ratio: number };
