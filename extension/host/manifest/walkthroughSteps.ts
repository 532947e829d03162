// The walkthrough: from nothing to a prediction. Each step is ticked off by what the user did, never by a click on it.
import type { CommandId } from '../commands/commandTable.ts';
import { CONTEXT } from './ids.ts';

export interface WalkthroughStep {
  id: string;
  title: string;
  /** With a link to the command of the step. */
  description: string;
  /** Markdown file in media/walkthrough. */
  page: string;
  completionEvents: string[];
}

const link = (title: string, command: CommandId): string => `[${title}](command:${command})`;
const onCommand = (command: CommandId): string => `onCommand:${command}`;

export const WALKTHROUGH_STEPS: readonly WalkthroughStep[] = [
  {
    id: 'example',
    title: 'Open the example project',
    description: `A small data set with a config that is ready to train.\n${link('Open Example Project', 'gatescope.experiment.openExample')}`,
    page: 'example.md',
    completionEvents: [`onContext:${CONTEXT.experimentsExist}`, onCommand('gatescope.experiment.openExample')],
  },
  {
    id: 'train',
    title: 'Train',
    description: `Press Train over the config, in the editor's title or here. The dashboard opens by itself.\n${link('Train', 'gatescope.training.train')}`,
    page: 'train.md',
    completionEvents: [`onContext:${CONTEXT.trainingFinished}`, onCommand('gatescope.training.train')],
  },
  {
    id: 'dashboard',
    title: 'Watch it learn',
    description: `Curves, scores and the confusion matrix of every run, side by side.\n${link('Open Dashboard', 'gatescope.dashboard.open')}`,
    page: 'dashboard.md',
    completionEvents: [onCommand('gatescope.dashboard.open')],
  },
  {
    id: 'predict',
    title: 'Try it',
    description: `Type a text, or select one in an editor, and see what the model makes of it.\n${link('Predict', 'gatescope.run.predict')}`,
    page: 'predict.md',
    completionEvents: [onCommand('gatescope.run.predict')],
  },
  {
    id: 'inspect',
    title: 'Look inside',
    description: `Every gate and state at every word, down to the equation with its numbers.\n${link('Inspect Gates', 'gatescope.inspector.open')}`,
    page: 'inspect.md',
    completionEvents: [onCommand('gatescope.inspector.open'), onCommand('gatescope.inspector.inspectSelection')],
  },
  {
    id: 'own',
    title: 'Your own data',
    description: `A new experiment from a template: name your file, press Train.\n${link('New Experiment', 'gatescope.experiment.new')}`,
    page: 'own.md',
    completionEvents: [onCommand('gatescope.experiment.new')],
  },
];
