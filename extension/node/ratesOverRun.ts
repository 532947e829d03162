// The learning rate of every group over a run, before it starts.
import { thawBefore } from '../engine/train/freezing.ts';
import type { TrainingPlan } from '../engine/train/trainingPlan.ts';
import type { PlannedRates } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';

/** Points of a curve: enough for a wide picture. */
const MAX_POINTS = 400;

/** Rates at steps spread evenly over the run, and at both sides of every epoch. A group that waits for a plateau stays frozen here. */
export function ratesOverRun(plan: TrainingPlan, { fineTune, training }: ResolvedExperiment): PlannedRates {
  const { stepCount, stepsPerEpoch } = plan;
  const stride = Math.max(1, Math.ceil(stepCount / MAX_POINTS));
  const isEdge = (step: number): boolean =>
    training.epochs <= 50 && (step % stepsPerEpoch === 0 || (step + 1) % stepsPerEpoch === 0);
  const steps = Array.from({ length: stepCount }, (_, step) => step).filter(
    (step) => step % stride === 0 || step === stepCount - 1 || isEdge(step),
  );
  const state = { applied: 0, epochsWithout: 0 };
  const groups = plan.groups(0).map(({ name }) => ({ name, rates: [] as number[] }));
  for (const step of steps) {
    thawBefore(Math.floor(step / stepsPerEpoch) + 1, fineTune, state);
    const factor = plan.factor(step);
    for (const [at, { learningRate }] of plan.groups(state.applied).entries())
      groups[at].rates.push(learningRate * factor);
  }
  return { stepsPerEpoch, steps: steps.map((step) => step + 1), groups };
}
