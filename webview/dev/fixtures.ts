// Made-up runs, metrics and evaluations that look like real ones. Pure and the same every time.
import type { RunSummary } from '../../extension/protocol/dashboardContract.ts';
import type {
  Evaluation,
  GroupState,
  Misclassified,
  ParameterMovement,
  RunEvent,
  RunStatus,
  SplitEvaluation,
} from '../../extension/schema/run.ts';

const STATUSES: readonly RunStatus[] = [
  'completed',
  'completed',
  'stopped',
  'failed',
  'diverged',
  'crashed',
  'cancelled',
];

/** A number 0 to 1 that looks random and depends on `at` only. */
const noise = (at: number): number => Math.abs(Math.sin(at * 12.9898 + 4.1) * 43758.5453) % 1;

export function makeRun(id: string, at: number): RunSummary {
  const status = STATUSES[at % STATUSES.length];
  const accuracy = 0.8 + 0.1 * noise(at);
  const scores = { loss: 0.6 - 0.2 * noise(at + 1), accuracy, macroF1: accuracy - 0.02, weightedF1: accuracy - 0.005 };
  const hasScores = status !== 'failed' && status !== 'cancelled';
  return {
    schemaVersion: 1,
    id,
    dir: `/runs/${id}`,
    name: `TREC, hidden ${50 + at * 10}`,
    note: at % 3 === 0 ? 'with dropout' : '',
    status,
    task: 'classification',
    labels: ['ABBR', 'DESC', 'ENTY', 'HUM', 'LOC', 'NUM'],
    config: 'trec.gatescope.json',
    best: hasScores ? { ...scores, epoch: 3, step: 300 } : undefined,
    test: hasScores ? scores : undefined,
    epochs: { done: 5, planned: 5 },
    groups: makeGroups(),
    problem:
      status === 'diverged'
        ? {
            code: 'training.diverged',
            message: 'The loss was not finite at step 321; the weights of epoch 3 are kept.',
            remedy: 'Lower training.optimizer.learningRate, or set training.clip.',
          }
        : undefined,
    pid: 1,
    host: 'here',
    startedAt: `2026-11-${String(1 + (at % 24)).padStart(2, '0')}T10:00:00.000Z`,
    endedAt: `2026-11-${String(1 + (at % 24)).padStart(2, '0')}T10:02:30.000Z`,
    durationS: 150 + at,
  };
}

/** Steps with an epoch and a validation event after every `perEpoch` of them. */
export function makeEvents(steps: number, perEpoch: number): RunEvent[] {
  const events: RunEvent[] = [
    { type: 'validation', t: 0, step: 0, epoch: 0, loss: 1.79, accuracy: 0.17, macroF1: 0.1, weightedF1: 0.12 },
  ];
  for (let step = 1; step <= steps; step++) {
    const t = step * 0.1;
    const epoch = Math.ceil(step / perEpoch);
    const loss = 1.79 * Math.exp(-step / perEpoch) + 0.12 + 0.15 * noise(step);
    const accuracy = Math.min(1, 0.97 - 0.8 * Math.exp(-step / perEpoch) + 0.03 * noise(step));
    events.push({
      type: 'step',
      t,
      step,
      epoch,
      loss,
      accuracy,
      learningRate: 0.001,
      gradNorm: 1 + noise(step),
      tokensPerSecond: 9000,
    });
    if (step % perEpoch > 0) continue;
    events.push({ type: 'epoch', t, step, epoch, loss, accuracy });
    const reached = 0.86 - 0.6 * Math.exp(-epoch);
    events.push({
      type: 'validation',
      t,
      step,
      epoch,
      loss: loss + 0.2,
      accuracy: reached,
      macroF1: reached - 0.03,
      weightedF1: reached - 0.01,
    });
  }
  return events;
}

export function makeEvaluation(labels: string[]): Evaluation {
  return {
    schemaVersion: 1,
    labels,
    epoch: 3,
    validation: makeSplit(labels, 7),
    test: makeSplit(labels, 3),
    movement: makeMovement(),
    start: {
      from: '.gatescope/runs/2026-11-23T09-00-00-trec',
      validation: { loss: 1.214, accuracy: 0.583, macroF1: 0.541, weightedF1: 0.579 },
      test: { loss: 1.187, accuracy: 0.594, macroF1: 0.552, weightedF1: 0.588 },
    },
    drift: {
      from: 0,
      to: 6,
      probes: 3,
      layers: [
        { i: 0.021, f: 0.034, g: 0.048, o: 0.027, c: 0.094, tanhC: 0.051, h: 0.029 },
        { i: 0.083, f: 0.112, g: 0.164, o: 0.095, c: 0.381, tanhC: 0.203, h: 0.118 },
      ],
    },
  };
}

/** A fine-tuned model: the embedding frozen, lower layers slower. */
export function makeGroups(): GroupState[] {
  const layer = (at: number): string[] =>
    ['', '_reverse'].flatMap((end) =>
      ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `encoder.${name}_l${at}${end}`),
    );
  const group = (name: string, parameters: string[], count: number, learningRate: number): GroupState => ({
    name,
    parameters,
    frozen: learningRate === 0 ? parameters : [],
    count,
    trainable: learningRate === 0 ? 0 : count,
    learningRate,
  });
  return [
    group('embedding', ['embedding.weight'], 868_400, 0),
    group('encoder.0', layer(0), 161_600, 0.000385),
    group('encoder.1', layer(1), 241_600, 0.001),
    group('head', ['head.weight', 'head.bias'], 1206, 0.0026),
  ];
}

function makeMovement(): ParameterMovement[] {
  return makeGroups().flatMap(({ name: group, parameters }, at) =>
    parameters.map((name) => ({ name, group, norm: 10, distance: at === 0 ? 0 : 0.4 * at })),
  );
}

function makeSplit(labels: readonly string[], seed: number): SplitEvaluation {
  const confusion = labels.map((_, row) =>
    labels.map((__, column) =>
      row === column ? 40 + Math.round(40 * noise(row + seed)) : Math.round(5 * noise(row * 7 + column + seed)),
    ),
  );
  const perClass = labels.map((label, at) => ({
    label,
    precision: 0.8 + 0.1 * noise(at),
    recall: 0.75 + 0.2 * noise(at + 2),
    f1: 0.8,
    support: confusion[at].reduce((sum, count) => sum + count, 0),
  }));
  const examples = perClass.reduce((sum, { support }) => sum + support, 0);
  const misclassified = Array.from(
    { length: 60 },
    (_, at): Misclassified => ({
      path: 'data/TREC.test.all',
      line: at * 3 + 1,
      text:
        at % 4 === 0
          ? `${labels[0].startsWith('<') ? labels[0] : ''} What is the name of the chocolate company in San Francisco, and who owns it today ?`
          : 'What is an annotated bibliography ?',
      label: labels[at % labels.length],
      predicted: labels[(at + 1) % labels.length],
      probability: 0.99 - at / 100,
    }),
  );
  return {
    loss: 0.47,
    accuracy: 0.862,
    macroF1: 0.86,
    weightedF1: 0.861,
    examples,
    perClass,
    confusion,
    misclassified,
  };
}
