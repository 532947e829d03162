// The one table of commands: what each is called and where it appears. package.json is generated from it, registration is typed by it.
// Invariant: an id that is not here cannot be registered, and one that is here must be.
import { CONTEXT, FORM_VIEW_TYPE, ITEM, VIEWS, WHEN_CONFIG, WHEN_TRUSTED, WHEN_WEIGHTS } from '../manifest/ids.ts';
import { DATASET_COMMANDS } from './datasetCommandTable.ts';

export type MenuPlace =
  | 'editor/title'
  | 'editor/context'
  | 'explorer/context'
  | 'view/title'
  | 'view/item/context'
  | 'commandPalette';

export interface MenuEntry {
  place: MenuPlace;
  when?: string;
  /** `navigation` and `inline` show as icons. */
  group?: string;
}

export interface CommandSpec {
  /** Shown after the category "Gatescope". */
  title: string;
  /** Codicon name. */
  icon?: string;
  /** When-clause; false greys the command out and hides it from the palette. */
  enablement?: string;
  menus?: readonly MenuEntry[];
  /** Key on Windows and Linux; macOS has cmd for ctrl. */
  key?: { key: string; mac: string; when: string };
}

const anyRun = `viewItem =~ /^gatescope\\.run\\./`;
const inRuns = `view == ${VIEWS.runs}`;
const inExperiments = `view == ${VIEWS.experiments}`;
const isItem = (item: string): string => `viewItem == ${item}`;
const isActiveRun = `viewItem =~ /^gatescope\\.run\\.(active|paused)$/`;
const endedRun = `${inRuns} && viewItem =~ /^gatescope\\.run\\.ended/`;
const endedClassifier = `${inRuns} && ${isItem(ITEM.runEnded)}`;
const endedWriter = `${inRuns} && ${isItem(ITEM.writerEnded)}`;

const TRAINING_COMMANDS = {
  'gatescope.training.train': {
    title: 'Train',
    icon: 'play',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'editor/title', when: WHEN_CONFIG, group: 'navigation@1' },
      { place: 'explorer/context', when: WHEN_CONFIG, group: '3_gatescope@1' },
      { place: 'view/item/context', when: `${inExperiments} && ${isItem(ITEM.experiment)}`, group: 'inline@1' },
    ],
    key: { key: 'ctrl+alt+enter', mac: 'cmd+alt+enter', when: `editorTextFocus && ${WHEN_CONFIG}` },
  },
  'gatescope.training.pause': {
    title: 'Pause Run',
    icon: 'debug-pause',
    enablement: `${CONTEXT.trainingActive} && !${CONTEXT.trainingPaused}`,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${isItem(ITEM.runActive)}`, group: 'inline@1' }],
  },
  'gatescope.training.resume': {
    title: 'Resume Run',
    icon: 'debug-continue',
    enablement: CONTEXT.trainingPaused,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${isItem(ITEM.runPaused)}`, group: 'inline@1' }],
  },
  'gatescope.training.stop': {
    title: 'Stop Run and Keep It',
    icon: 'debug-stop',
    enablement: CONTEXT.trainingActive,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${isActiveRun}`, group: 'inline@2' }],
  },
  'gatescope.training.cancel': {
    title: 'Cancel Run',
    icon: 'close',
    enablement: CONTEXT.trainingActive,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${isActiveRun}`, group: '2_control@2' }],
  },
} as const satisfies Record<string, CommandSpec>;

const EXPERIMENT_COMMANDS = {
  'gatescope.experiment.new': {
    title: 'New Experiment',
    icon: 'new-file',
    menus: [{ place: 'view/title', when: inExperiments, group: 'navigation@1' }],
  },
  'gatescope.experiment.openExample': {
    title: 'Open Example Project',
    icon: 'mortar-board',
    menus: [{ place: 'view/title', when: inExperiments, group: '2_more@1' }],
  },
  'gatescope.experiment.openForm': {
    title: 'Open Config Form',
    icon: 'settings',
    menus: [
      {
        place: 'editor/title',
        when: `${WHEN_CONFIG} && activeCustomEditorId != ${FORM_VIEW_TYPE}`,
        group: 'navigation@3',
      },
      { place: 'explorer/context', when: WHEN_CONFIG, group: '3_gatescope@3' },
      { place: 'view/item/context', when: `${inExperiments} && ${isItem(ITEM.experiment)}`, group: '1_open@1' },
    ],
  },
  'gatescope.experiment.freezeLayers': {
    title: 'Freeze Layers…',
    icon: 'lock',
    menus: [
      { place: 'editor/title', when: WHEN_CONFIG, group: '1_gatescope@2' },
      { place: 'view/item/context', when: `${inExperiments} && ${isItem(ITEM.experiment)}`, group: '2_edit@1' },
    ],
  },
  'gatescope.experiment.showPlan': {
    title: 'Show Plan',
    icon: 'list-tree',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'editor/title', when: WHEN_CONFIG, group: '1_gatescope@4' },
      { place: 'view/item/context', when: `${inExperiments} && ${isItem(ITEM.experiment)}`, group: '1_open@3' },
    ],
  },
  'gatescope.experiment.findRate': {
    title: 'Find Learning Rate',
    icon: 'search',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'editor/title', when: WHEN_CONFIG, group: '1_gatescope@3' },
      { place: 'view/item/context', when: `${inExperiments} && ${isItem(ITEM.experiment)}`, group: '2_edit@2' },
    ],
  },
  'gatescope.data.preview': {
    title: 'Preview Data',
    icon: 'open-preview',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'editor/title', when: WHEN_CONFIG, group: '1_gatescope@1' },
      { place: 'explorer/context', when: WHEN_CONFIG, group: '3_gatescope@2' },
      { place: 'view/item/context', when: `${inExperiments} && ${isItem(ITEM.experiment)}`, group: '1_open@2' },
      { place: 'view/item/context', when: `view == ${VIEWS.datasets} && ${isItem(ITEM.dataset)}`, group: 'inline@1' },
    ],
  },
  'gatescope.dashboard.open': {
    title: 'Open Dashboard',
    icon: 'graph-line',
    menus: [
      { place: 'editor/title', when: WHEN_CONFIG, group: 'navigation@2' },
      { place: 'view/title', when: inRuns, group: 'navigation@1' },
      { place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '1_open@1' },
    ],
  },
} as const satisfies Record<string, CommandSpec>;

const RUN_COMMANDS = {
  'gatescope.run.predict': {
    title: 'Predict',
    icon: 'comment-discussion',
    enablement: `${CONTEXT.runsExist} && ${WHEN_TRUSTED}`,
    menus: [
      { place: 'editor/context', when: `editorHasSelection && ${CONTEXT.runsExist}`, group: 'z_gatescope@1' },
      { place: 'view/item/context', when: endedClassifier, group: 'inline@1' },
    ],
  },
  'gatescope.run.generate': {
    title: 'Generate Text',
    icon: 'sparkle',
    enablement: `${CONTEXT.runsExist} && ${WHEN_TRUSTED}`,
    menus: [{ place: 'view/item/context', when: endedWriter, group: 'inline@1' }],
  },
  'gatescope.run.export': {
    title: 'Export Run…',
    icon: 'export',
    enablement: `${CONTEXT.runsExist} && ${WHEN_TRUSTED}`,
    menus: [{ place: 'view/item/context', when: endedRun, group: '2_take@1' }],
  },
  'gatescope.run.import': {
    title: 'Import Weights…',
    icon: 'inbox',
    enablement: WHEN_TRUSTED,
    menus: [
      { place: 'view/title', when: inRuns, group: '2_more@1' },
      { place: 'explorer/context', when: WHEN_WEIGHTS, group: '3_gatescope@1' },
    ],
  },
  'gatescope.run.showMisclassified': {
    title: 'Show Misclassified Examples',
    icon: 'bug',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: endedClassifier, group: '1_open@3' }],
  },
  'gatescope.run.fineTune': {
    title: 'Fine-Tune…',
    icon: 'wand',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: endedRun, group: '2_train@1' }],
  },
  'gatescope.run.resume': {
    title: 'Resume Run from Checkpoint',
    icon: 'debug-continue',
    enablement: `${CONTEXT.runsExist} && ${WHEN_TRUSTED}`,
    menus: [{ place: 'view/item/context', when: endedRun, group: '2_train@2' }],
  },
  'gatescope.run.rename': {
    title: 'Rename Run',
    icon: 'edit',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '3_edit@1' }],
  },
  'gatescope.run.note': {
    title: 'Write Note on Run',
    icon: 'note',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '3_edit@2' }],
  },
  'gatescope.run.delete': {
    title: 'Delete Run',
    icon: 'trash',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: endedRun, group: '4_delete@1' }],
  },
  'gatescope.run.openConfig': {
    title: 'Open Config of Run',
    icon: 'go-to-file',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '1_open@4' }],
  },
  'gatescope.run.compareConfigs': {
    title: 'Compare Configs of Two Runs',
    icon: 'diff',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '1_open@6' }],
  },
  'gatescope.run.reveal': {
    title: 'Reveal Run Folder',
    icon: 'folder-opened',
    enablement: CONTEXT.runsExist,
    menus: [{ place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '1_open@5' }],
  },
} as const satisfies Record<string, CommandSpec>;

const hasSelection = 'editorTextFocus && editorHasSelection';
const INSPECTOR_COMMANDS = {
  'gatescope.inspector.open': {
    title: 'Inspect Gates…',
    icon: 'telescope',
    enablement: CONTEXT.runsExist,
    menus: [
      { place: 'editor/title', when: `${WHEN_CONFIG} && ${CONTEXT.runsExist}`, group: '1_gatescope@2' },
      { place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: 'inline@3' },
      { place: 'view/item/context', when: `${inRuns} && ${anyRun}`, group: '1_open@2' },
    ],
    key: { key: 'ctrl+alt+g', mac: 'cmd+alt+g', when: `${CONTEXT.runsExist} && !(${hasSelection})` },
  },
  'gatescope.inspector.inspectSelection': {
    title: 'Inspect Gates of Selection',
    enablement: `${CONTEXT.runsExist} && ${WHEN_TRUSTED}`,
    menus: [{ place: 'editor/context', when: `editorHasSelection && ${CONTEXT.runsExist}`, group: 'z_gatescope@2' }],
    key: { key: 'ctrl+alt+g', mac: 'cmd+alt+g', when: `${CONTEXT.runsExist} && ${hasSelection}` },
  },
} as const satisfies Record<string, CommandSpec>;

const WINDOW_COMMANDS = {
  'gatescope.view.refresh': {
    title: 'Refresh',
    icon: 'refresh',
    menus: [
      { place: 'view/title', when: inExperiments, group: 'navigation@9' },
      { place: 'view/title', when: inRuns, group: 'navigation@9' },
      { place: 'view/title', when: `view == ${VIEWS.datasets}`, group: 'navigation@9' },
    ],
  },
  'gatescope.engine.installTensorflow': {
    title: 'Install TensorFlow Engine',
    icon: 'cloud-download',
  },
  'gatescope.log.show': { title: 'Show Log', icon: 'output' },
  'gatescope.engine.showInformation': { title: 'Show Engine Information', icon: 'chip' },
  'gatescope.settings.open': {
    title: 'Open Settings',
    icon: 'gear',
    menus: [{ place: 'view/title', when: inExperiments, group: '2_more@9' }],
  },
} as const satisfies Record<string, CommandSpec>;

const TABLE = {
  ...TRAINING_COMMANDS,
  ...EXPERIMENT_COMMANDS,
  ...DATASET_COMMANDS,
  ...RUN_COMMANDS,
  ...INSPECTOR_COMMANDS,
  ...WINDOW_COMMANDS,
} as const;

export type CommandId = keyof typeof TABLE;
export const COMMANDS: Readonly<Record<CommandId, CommandSpec>> = TABLE;
