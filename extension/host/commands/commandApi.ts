// What each command takes and returns. `target` is what VS Code hands over from menus (a resource or a tree item) or nothing; callers may pass the same.
import type { DatasetReport } from '../../protocol/datasetReport.ts';
import type {
  GenerateSettings,
  Prediction,
  TrainedTokenizerFacts,
  TrainOutcome,
  WrittenExport,
} from '../../protocol/engineContract.ts';
import type { EngineInfo } from '../../protocol/engineInfo.ts';
import type { FoundRate } from '../../protocol/foundRate.ts';
import type { InspectorFocus } from '../../protocol/inspectorContract.ts';
import type { ExportFormat } from '../../schema/exportFormats.ts';
import type { SubwordType } from '../../schema/resolved.ts';
import type { CommandId } from './commandTable.ts';

export interface PredictArguments {
  text: string;
  /** Id of a run; by default the latest that can predict. */
  runId?: string;
}

export interface GenerateArguments extends Partial<GenerateSettings> {
  prompt: string;
  /** Id of a run; by default one that the user picks of those that can write. */
  runId?: string;
}

/** What the inspector is to show. A run by its id; without one the run that was looked at last. */
export type InspectArguments = InspectorFocus & ({ runId: string } | { text: string });

export interface ExportArguments {
  /** Id of a run. */
  runId: string;
  format: ExportFormat;
  /** Absolute path of a new or empty folder. */
  folder: string;
}

export interface ExampleArguments {
  /** Folder name under media/examples. */
  example?: string;
  /** Absolute path of the folder to copy the example into. */
  folder?: string;
}

export interface ImportArguments {
  /** Absolute path of the file or folder. */
  path: string;
  /** Write the manifest without asking, also over one that is there. */
  yes: boolean;
}

export interface TokenizerArguments {
  /** Absolute path of a file, a folder or a manifest. */
  path: string;
  type: SubwordType;
  maxVocabulary: number;
  /** Absolute path of the tokenizer.json to write; nothing is there yet. */
  out: string;
}

export interface OpenDatasetArguments {
  /** Absolute path of the manifest. */
  path: string;
  /** Whether the keyboard focus stays where it is. */
  preserveFocus?: boolean;
}

interface Commands {
  'gatescope.training.train'(target?: unknown): Promise<TrainOutcome | undefined>;
  'gatescope.training.pause'(target?: unknown): Promise<void>;
  'gatescope.training.resume'(target?: unknown): Promise<void>;
  'gatescope.training.stop'(target?: unknown): Promise<void>;
  'gatescope.training.cancel'(target?: unknown): Promise<void>;
  /** Goes on with a run that was stopped or killed, from its last checkpoint. */
  'gatescope.run.resume'(target?: unknown): Promise<TrainOutcome | undefined>;
  /** Answers with the path of the config that goes on from a run or a file. */
  'gatescope.run.fineTune'(target?: unknown): Promise<string>;
  /** Answers with the groups that are frozen now. */
  'gatescope.experiment.freezeLayers'(target?: unknown): Promise<string[]>;
  /** Answers with the path of the config. */
  'gatescope.experiment.showPlan'(target?: unknown): Promise<string>;
  /** Answers with the curve and the suggestion. */
  'gatescope.experiment.findRate'(target?: unknown): Promise<FoundRate>;
  /** Answers with the path of the config. */
  'gatescope.experiment.openForm'(target?: unknown): Promise<string>;
  /** Answers with the path of the new config. */
  'gatescope.experiment.new'(folder?: unknown): Promise<string | undefined>;
  /** Answers with the folder of the copy. */
  'gatescope.experiment.openExample'(options?: ExampleArguments): Promise<string | undefined>;
  /** Answers with the path of the new config. */
  'gatescope.experiment.fromDataset'(target?: unknown): Promise<string>;
  /** Answers with the path of the manifest. */
  'gatescope.dataset.import'(target?: unknown): Promise<string>;
  /** Answers with the path of the manifest. */
  'gatescope.dataset.open'(target?: unknown): Promise<string>;
  /** Shows which encoder fits on the dataset page. Answers with the path of the manifest. */
  'gatescope.dataset.advise'(target?: unknown): Promise<string>;
  /** Answers with what was learned; `target` may be TokenizerArguments. */
  'gatescope.tokenizer.train'(target?: unknown): Promise<TrainedTokenizerFacts>;
  'gatescope.dataset.describe'(target?: unknown): Promise<DatasetReport>;
  /** Answers with the number of rows that are left out now. */
  'gatescope.dataset.exclude'(target?: unknown): Promise<number>;
  'gatescope.data.preview'(target?: unknown): Promise<void>;
  'gatescope.dashboard.open'(target?: unknown): Promise<void>;
  /** Answers with the id of the run that is inspected; undefined where the page goes on with its own. */
  'gatescope.inspector.open'(target?: unknown): Promise<string | undefined>;
  /** Answers with the text. */
  'gatescope.inspector.inspectSelection'(): Promise<string | undefined>;
  'gatescope.run.predict'(target?: unknown): Promise<Prediction | undefined>;
  /** Answers with the text after the prompt. */
  'gatescope.run.generate'(target?: unknown): Promise<string>;
  'gatescope.run.export'(target?: unknown): Promise<WrittenExport | undefined>;
  /** `target` may be the file of weights. Answers with the id of the run. */
  'gatescope.run.import'(target?: unknown): Promise<string | undefined>;
  /** Answers with the number of examples shown. */
  'gatescope.run.showMisclassified'(target?: unknown): Promise<number | undefined>;
  'gatescope.run.rename'(target?: unknown, name?: string): Promise<string | undefined>;
  'gatescope.run.note'(target?: unknown, note?: string): Promise<string | undefined>;
  /** Answers with the ids of the deleted runs. */
  'gatescope.run.delete'(target?: unknown, selected?: unknown): Promise<string[]>;
  'gatescope.run.openConfig'(target?: unknown): Promise<void>;
  'gatescope.run.reveal'(target?: unknown): Promise<void>;
  /** Answers with the ids of the two runs, the older one first. */
  'gatescope.run.compareConfigs'(target?: unknown, selected?: unknown): Promise<string[]>;
  /** Answers false where it was installed already. */
  'gatescope.engine.installTensorflow'(): Promise<boolean>;
  'gatescope.view.refresh'(): Promise<void>;
  'gatescope.log.show'(): void;
  /** Answers with the facts that it shows. */
  'gatescope.engine.showInformation'(): Promise<EngineInfo>;
  'gatescope.settings.open'(): Promise<void>;
}

/** Exactly the commands of the table: one that is missing or unknown does not compile. */
export type CommandApi = { [Id in CommandId]: Commands[Id] } & Record<Exclude<keyof Commands, CommandId>, never>;
