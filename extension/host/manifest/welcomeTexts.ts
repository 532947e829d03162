// What empty views say: one entry a situation, with links to the commands that change it.
import type { CommandId } from '../commands/commandTable.ts';
import { VIEWS, WHEN_TRUSTED } from './ids.ts';

export interface WelcomeText {
  /** Key of the text in package.nls.json. */
  key: string;
  view: string;
  when?: string;
  text: string;
}

const link = (title: string, command: CommandId | `workbench.${string}` | 'vscode.openFolder'): string =>
  `[${title}](command:${command})`;

const newExperiment = link('New Experiment', 'gatescope.experiment.new');
const openExample = link('Open Example Project', 'gatescope.experiment.openExample');
const manageTrust = link('Manage Workspace Trust', 'workbench.trust.manage');

export const WELCOME_TEXTS: readonly WelcomeText[] = [
  {
    key: 'welcome.experiments.noFolder',
    view: VIEWS.experiments,
    when: 'workspaceFolderCount == 0',
    text: `Open a folder with your texts, or start with an example that is ready to train.\n${link('Open Folder', 'vscode.openFolder')}\n${openExample}`,
  },
  {
    key: 'welcome.experiments.none',
    view: VIEWS.experiments,
    when: `workspaceFolderCount != 0 && ${WHEN_TRUSTED}`,
    text: `There is no experiment in this folder yet. An experiment is a file *.gatescope.json that says what to learn from which texts.\n${newExperiment}\n${openExample}`,
  },
  {
    key: 'welcome.experiments.untrusted',
    view: VIEWS.experiments,
    when: `workspaceFolderCount != 0 && !${WHEN_TRUSTED}`,
    text: `There is no experiment in this folder. Training is off because the folder is in Restricted Mode: a config can name any file that you may read.\n${manageTrust}`,
  },
  {
    key: 'welcome.runs.none',
    view: VIEWS.runs,
    when: WHEN_TRUSTED,
    text: `Runs appear here when you press Train in an experiment.\n${link('Train', 'gatescope.training.train')}`,
  },
  {
    key: 'welcome.runs.untrusted',
    view: VIEWS.runs,
    when: `!${WHEN_TRUSTED}`,
    text: `There are no runs. Training is off because the folder is in Restricted Mode; runs that exist can be looked at.\n${manageTrust}`,
  },
  {
    key: 'welcome.datasets.none',
    view: VIEWS.datasets,
    text: `Datasets and the files that your experiments name appear here. Import looks at a file or folder and says what it found; a file can be dropped here too.\n${link('Import Dataset', 'gatescope.dataset.import')}`,
  },
];
