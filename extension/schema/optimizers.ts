// The optimizers of a config, `training.optimizer`.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';

const learningRate = (byDefault: number) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, default: byDefault, description: 'Step size.' }));
const weightDecay = (byDefault: number, how: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 10, default: byDefault, description: `Weight decay, ${how}.` }));
const momentum = Type.Optional(
  Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description: 'Share of the previous update that is kept.',
  }),
);
const epsilon = (byDefault: number) =>
  Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1, default: byDefault, description: 'Added to the denominator.' }),
  );
const adamProperties = {
  betas: Type.Optional(
    Type.Tuple([Type.Number({ minimum: 0, exclusiveMaximum: 1 }), Type.Number({ minimum: 0, exclusiveMaximum: 1 })], {
      default: [0.9, 0.999],
      description: 'Decay rates of the running means of the gradient and of its square.',
    }),
  ),
  epsilon: epsilon(1e-8),
  lazy: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'Update only those rows of the embedding that the batch uses, as torch.optim.SparseAdam; weight decay acts on them alone too. Faster with a large vocabulary; all other weights are updated as always.',
    }),
  ),
};

export const OptimizerSchema = Type.Union(
  [
    closed(
      {
        type: Type.Literal('adam', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.001),
        ...adamProperties,
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'Adam', description: 'Adam (Kingma and Ba, 2015), as torch.optim.Adam.' },
    ),
    closed(
      {
        type: Type.Literal('adamw', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.001),
        ...adamProperties,
        weightDecay: weightDecay(0.01, 'decoupled from the gradient'),
      },
      {
        title: 'AdamW',
        description: 'Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as torch.optim.AdamW.',
      },
    ),
    closed(
      {
        type: Type.Literal('sgd', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.1),
        momentum,
        nesterov: Type.Optional(
          Type.Boolean({ default: false, description: 'Nesterov momentum; needs momentum above 0.' }),
        ),
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'SGD', description: 'Stochastic gradient descent, as torch.optim.SGD.' },
    ),
    closed(
      {
        type: Type.Literal('rmsprop', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.01),
        alpha: Type.Optional(
          Type.Number({
            minimum: 0,
            exclusiveMaximum: 1,
            default: 0.99,
            description: 'Decay rate of the running mean of the squared gradient.',
          }),
        ),
        epsilon: epsilon(1e-8),
        momentum,
        centered: Type.Optional(
          Type.Boolean({
            default: false,
            description: 'Divide by the deviation of the gradient (its running mean taken off), not by its size.',
          }),
        ),
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'RMSprop', description: 'RMSprop (Hinton, 2012), as torch.optim.RMSprop.' },
    ),
    closed(
      {
        type: Type.Literal('adagrad', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.01),
        learningRateDecay: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 1,
            default: 0,
            description: 'The step size of update t is learningRate / (1 + (t - 1) × learningRateDecay).',
          }),
        ),
        initialAccumulatorValue: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 1000,
            default: 0,
            description: 'What the sums of squared gradients start at.',
          }),
        ),
        epsilon: epsilon(1e-10),
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'Adagrad', description: 'Adagrad (Duchi, Hazan and Singer, 2011), as torch.optim.Adagrad.' },
    ),
  ],
  { default: { type: 'adam' }, description: 'The update rule.' },
);
