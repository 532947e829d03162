// States of checkpoints for tests of the store.
import type { CheckpointState } from '../../../extension/schema/checkpointState.ts';

/** Ten steps an epoch; the best epoch is given. */
export function stateAt(step: number, bestEpoch?: number): CheckpointState {
  return {
    schemaVersion: 1,
    epochsDone: Math.floor(step / 10),
    batchesDone: step % 10,
    step,
    seed: 1,
    running: { loss: 0, weight: 0, hits: 0, examples: 0 },
    elapsedSeconds: 1,
    best: bestEpoch === undefined ? undefined : { epoch: bestEpoch, step: bestEpoch * 10, loss: 1 },
    earlyStopping: { evaluationsWithout: 0 },
    thaw: { applied: 0, epochsWithout: 0 },
    frozen: [],
    plannedSteps: 100,
    optimizerSteps: {},
    log: { events: 0, bytes: 0 },
  };
}
