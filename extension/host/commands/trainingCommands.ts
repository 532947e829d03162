// Train, pause, resume, stop, cancel.
import type { RunAction } from '../../protocol/engineContract.ts';
import { resumeRun } from '../training/resumeCommand.ts';
import { requireTrust, type TrainingDeps, trainConfig } from '../training/trainCommand.ts';
import { isTreeNode } from '../views/treeItems.ts';
import type { CommandApi } from './commandApi.ts';
import { canGoOn, configFor, configNamedBy, runFor } from './targets.ts';

type TrainingCommand = Extract<keyof CommandApi, `gatescope.training.${string}`> | 'gatescope.run.resume';

export function createTrainingCommands(deps: TrainingDeps): Pick<CommandApi, TrainingCommand> {
  const control = (action: RunAction) => async (target?: unknown) => {
    const runId = isTreeNode(target) && target.kind === 'run' ? target.runId : undefined;
    await deps.queue.control(action, { runId, configPath: configNamedBy(target) });
  };
  return {
    async 'gatescope.training.train'(target) {
      requireTrust();
      return trainConfig(await configFor(target, deps.catalog), deps);
    },
    async 'gatescope.run.resume'(target) {
      requireTrust();
      return resumeRun(await runFor(target, deps.catalog, canGoOn), deps);
    },
    'gatescope.training.pause': control('pause'),
    'gatescope.training.resume': control('resume'),
    'gatescope.training.stop': control('stop'),
    'gatescope.training.cancel': control('cancel'),
  };
}
