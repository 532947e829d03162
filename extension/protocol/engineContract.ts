// What the engine worker offers the extension host.

import type { Dataset } from '../schema/dataset.ts';
import type { Backend } from '../schema/engineSection.ts';
import type { ExportFormat } from '../schema/exportFormats.ts';
import type { LearnedTokenizer, PoolingName } from '../schema/resolved.ts';
import type { BackendChoice, Evaluation, GroupState, RunManifest, RunStatus, SplitEvaluation } from '../schema/run.ts';
import type { DatasetAdvice } from './advice.ts';
import type { ColumnsRequest, OfferedColumn } from './columns.ts';
import type { DatasetReport, Remedy } from './datasetReport.ts';
import type { FilterProgress, TableCalls, TableState } from './datasetTable.ts';
import type { EngineInfo } from './engineInfo.ts';
import type { RunEstimate } from './estimate.ts';
import type { FoundRate } from './foundRate.ts';
import type { ImportPreview } from './importPreview.ts';
import type { MetricFrame } from './metricFrame.ts';
import type {
  CellEquation,
  EquationRequest,
  ProbeRequest,
  Trace,
  TraceFormat,
  TraceRequest,
  TraceSources,
} from './trace.ts';
import type {
  Connectivity,
  ConnectivityRequest,
  GradientRequest,
  GradientTrace,
  MatchProgress,
  MatchRequest,
  MatchResult,
  StatisticsRequest,
  TraceStatistics,
} from './traceAnalysis.ts';

/** What settings and configs say of the engine. */
export interface TrainedTokenizerFacts {
  vocabulary: number;
  texts: number;
}

export interface EngineSettings {
  backend: Backend;
  threads: 'auto' | number;
}

/** Of a config that is no longer what a run was made from: say so and do nothing, go on with what it says now, or go on as saved. */
export type ConfigChanges = 'refuse' | 'apply' | 'ignore';

export interface TrainRequest {
  /** Absolute path of the config; its text is read from disk. */
  configPath: string;
  /** Goes on with a run of this config instead of making one. */
  resume?: { runDir: string; changes: ConfigChanges };
  /** What the editor's settings say, where the config is silent. */
  engine: EngineSettings;
}

export interface TrainOutcome {
  runId: string;
  runDir: string;
  status: RunStatus;
  manifest: RunManifest;
}

export type RunAction = 'pause' | 'resume' | 'stop' | 'cancel';

/** How far a run is, at most 10 a second. */
export interface RunProgress {
  runId: string;
  phase: 'reading' | 'training' | 'validating' | 'testing';
  /** Completed part, 0 to 1: of the data while `reading`, of all steps otherwise. */
  fraction: number;
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  loss?: number;
  secondsLeft?: number;
}

export interface Prediction {
  text: string;
  tokens: string[];
  /** Tokens that are not in the vocabulary. */
  unknown: string[];
  /** How many tokens lie beyond the model's maximum, and were not read. */
  truncated: number;
  /** Most probable first; probabilities add up to 1. */
  classes: { label: string; probability: number }[];
}

export interface GenerateSettings {
  /** Text to go on from; empty: the start of a line. */
  prompt: string;
  /** Tokens to write. */
  length: number;
  /** Below 1 tamer, above 1 wilder; 0 takes the most probable token each time. */
  temperature: number;
  /** Draw from the k most probable tokens only. */
  topK?: number;
  seed: number;
}

export const GENERATE_DEFAULTS = {
  length: 500,
  temperature: 0.8,
  seed: 1,
} as const satisfies Partial<GenerateSettings>;

/** A problem that only reading the data can find; `path` is the JSON path of the key in the config. */
export interface DataFinding {
  code: string;
  severity: 'error' | 'warning';
  message: string;
  remedy?: string;
  path: (string | number)[];
  /** What the value should be, where there is one: becomes a quick fix. */
  suggestion?: string;
  /** A change of another key that mends it: becomes a quick fix. */
  change?: { title: string; path: (string | number)[]; value: string | number };
}

export interface DataPreview {
  /** How the data was read, in words, with the reason (format, encoding, delimiter, columns). */
  how: string[];
  rows: { line: number; path: string; label: string; text: string; cleaned: string; tokens: string[] }[];
  /** Over the rows that were read. */
  rowsRead: number;
  isComplete: boolean;
  labels: { label: string; count: number }[];
  tokensPerText: { median: number; p95: number; max: number };
  badRows: { path: string; line: number; reason: string }[];
}

/** What import found in data that nobody described yet. */
export interface DatasetProposal {
  /** Absolute path of the manifest that would be written. */
  path: string;
  manifest: Dataset;
  reasons: { what: string; value: string; reason: string }[];
  report: DatasetReport;
}

/** Learning rates before a run starts; 0 where a group is frozen. */
export interface PlannedRates {
  stepsPerEpoch: number;
  /** Numbers of updates, from 1. */
  steps: number[];
  /** One rate a step each. */
  groups: { name: string; rates: number[] }[];
}

/** A file of somebody's weights, and what it does not say itself. */
export interface ImportRequest {
  /** Absolute path of a file of weights, or a folder of a TensorFlow.js model. */
  path: string;
  /** Absolute path of the tokens; without it the run has no tokenizer. */
  vocabulary?: string;
  tokenizer?: { type?: 'word' | 'whitespace' | 'character'; lowercase?: boolean };
  /** Names of the classes in the order of the head's rows; by default their numbers. */
  labels?: string[];
  pooling?: PoolingName;
  nonlinearity?: 'tanh' | 'relu';
  task?: 'classification' | 'languageModel';
}

export interface ImportTarget {
  /** Runs go to its `.gatescope/runs`. */
  folder: string;
  /** Leave out what does not fit, instead of refusing the file. */
  isPartial: boolean;
}

export interface WrittenExport {
  folder: string;
  files: string[];
  /** What the format cannot carry, one sentence each. */
  losses: string[];
}

export interface ParameterPlan {
  parameters: { name: string; shape: number[]; count: number; group: string }[];
  total: number;
  /** As they are at the start. */
  groups: GroupState[];
  rates: PlannedRates;
  vocabulary: number;
  examples: { train: number; validation: number; test: number };
}

export interface EngineContract {
  calls: TableCalls & {
    /** Settles when the run has ended, whatever its status; rejects only when no run could be made, or one could not go on. */
    train(params: TrainRequest): TrainOutcome;
    control(params: { runId: string; action: RunAction }): void;
    predict(params: { runDir: string; texts: string[] }): Prediction[];
    /** The text that a language model's run writes after the prompt. */
    generate(params: { runDir: string; settings: GenerateSettings }): string;
    /** Scores the run's weights on a file of the same format as its test data, or on the data of its own config. */
    evaluate(params: { runDir: string; dataPath?: string }): { labels: string[]; data: SplitEvaluation } | Evaluation;
    checkData(params: { configPath: string; text: string }): DataFinding[];
    preview(params: {
      configPath: string;
      text: string;
      part: 'train' | 'validation' | 'test';
      maxRows: number;
    }): DataPreview;
    /** Columns of a file, by its first rows; none where it has no columns. */
    columns(params: ColumnsRequest): OfferedColumn[];
    /** Looks at a file or folder; nothing is written. The manifest is proposed for beside it, but not above `workFolder`. */
    proposeDataset(params: { path: string; workFolder?: string }): DatasetProposal;
    writeDataset(params: { path: string; manifest: Dataset; mayReplace: boolean }): void;
    /** What is in a dataset, and what is wrong with it. `path` is that of the manifest. */
    describeDataset(params: { path: string }): DatasetReport;
    /** Which encoder and settings fit a dataset, by its manifest. The first call on a machine measures it, which takes some seconds. */
    adviseOnDataset(params: { path: string; engine: EngineSettings }): DatasetAdvice;
    /** Learns a tokenizer from a file, a folder or a manifest, and writes it. */
    trainTokenizer(params: {
      path: string;
      settings: LearnedTokenizer;
      out: string;
      mayReplace: boolean;
    }): TrainedTokenizerFacts;
    /** What leaves rows out of a dataset: how many, and the manifest's new text, which is not written. */
    fixDataset(params: { path: string; remedies: Remedy[] }): { rows: number; text: string };
    /** Writes a config that trains on a dataset; its path. */
    newExperiment(params: { manifestPath: string; out?: string }): string;
    plan(params: { configPath: string; text: string }): ParameterPlan;
    /** Size, memory and time of a config. The first call on a machine measures it, which takes some seconds. */
    estimate(params: { configPath: string; text: string; engine: EngineSettings }): RunEstimate;
    /** What can be looked at in a run: epochs with weights, and stored probes. */
    traceSources(params: { runDir: string }): TraceSources;
    /** Gates and states of a text, and what the model makes of it. */
    trace(params: TraceRequest): Trace;
    /** The same as the bytes of a file. */
    exportTrace(params: TraceRequest & { format: TraceFormat }): Uint8Array;
    /** The equations of one unit at one token with their numbers. */
    equation(params: EquationRequest): CellEquation;
    /** How a score depends on each token. */
    gradients(params: GradientRequest): GradientTrace;
    /** How each state depends on each token. Takes seconds for long texts and wide layers; can be cancelled. */
    connectivity(params: ConnectivityRequest): Connectivity;
    /** Saturation, memory and correlations of each unit over one or many texts. */
    statistics(params: StatisticsRequest): TraceStatistics;
    /** A probe's trace as the run stored it after an epoch: same as `trace`, in fewer bits. */
    probe(params: ProbeRequest): Trace;
    /** Places in the data where the cells of a selection are on; tells its progress in `matching`, and can be cancelled. */
    selectAndMatch(params: MatchRequest): MatchResult;
    /** A range test of the config's model; trains nothing. */
    findRate(params: { configPath: string; text: string }): FoundRate;
    /** What would become of a file's tensors; can be cancelled. */
    planImport(params: ImportRequest): ImportPreview;
    /** Makes a run of a file of weights; one that is cancelled leaves nothing behind. */
    importWeights(params: { request: ImportRequest; target: ImportTarget }): { runDir: string };
    /** Writes a run for another library into a new or empty folder. */
    exportRun(params: { runDir: string; format: ExportFormat; folder: string }): WrittenExport;
    /** What computes with these settings, or computes the run that trains now. Takes about a second: speeds are measured. */
    engineInfo(params: EngineSettings): EngineInfo;
    /** Installs TensorFlow into the extension's storage; `isNew` is false where it was there. */
    installTensorflow(params: Record<string, never>): { isNew: boolean };
  };
  events: {
    started: { runId: string; runDir: string; configPath: string; backend: BackendChoice };
    append: MetricFrame;
    progress: RunProgress;
    /** run.json changed. */
    manifest: { runDir: string; manifest: RunManifest };
    /** How far an installation is, in words. */
    installing: { text: string };
    /** How far the rows of a dataset are looked at, 0 to 1; at most 10 a second. */
    looking: { fraction: number };
    /** How far a table's rows are counted, at most 10 a second. */
    counting: { path: string; state: TableState };
    /** How far filterRows is, at most 10 a second. */
    filtering: { path: string } & FilterProgress;
    /** How far selectAndMatch is, at most 10 a second. */
    matching: MatchProgress;
    log: { level: 'info' | 'warning' | 'error'; text: string };
  };
}
