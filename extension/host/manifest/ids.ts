// Ids that the manifest and the code share: views, context keys, when-clauses. Pure, so that the manifest generator can import it.

export const VIEW_CONTAINER = 'gatescope';
export const VIEWS = {
  experiments: 'gatescope.experiments',
  runs: 'gatescope.runs',
  datasets: 'gatescope.datasets',
} as const;

export const DASHBOARD_VIEW_TYPE = 'gatescope.dashboard';
export const INSPECTOR_VIEW_TYPE = 'gatescope.inspector';
export const DATASET_VIEW_TYPE = 'gatescope.dataset';
/** The form of a config, as an editor of its file. */
export const FORM_VIEW_TYPE = 'gatescope.form';
export const WALKTHROUGH = 'gatescope.start';

/** Set with `setContext`; read by when-clauses here and in the manifest. */
export const CONTEXT = {
  /** A run is queued, running or paused in this window. */
  trainingActive: 'gatescope.training.active',
  /** The run that trains here waits. */
  trainingPaused: 'gatescope.training.paused',
  /** The workspace has a run that has ended. */
  trainingFinished: 'gatescope.training.finished',
  /** The workspace has runs. */
  runsExist: 'gatescope.runs.exist',
  /** The workspace has configs. */
  experimentsExist: 'gatescope.experiments.exist',
} as const;
export type ContextKey = (typeof CONTEXT)[keyof typeof CONTEXT];

/** `contextValue` of tree items. */
export const ITEM = {
  experiment: 'gatescope.experiment',
  runActive: 'gatescope.run.active',
  runPaused: 'gatescope.run.paused',
  runEnded: 'gatescope.run.ended',
  /** An ended run of a language model: it writes instead of predicting classes. */
  writerEnded: 'gatescope.run.ended.languageModel',
  dataset: 'gatescope.dataset',
  datasetMissing: 'gatescope.dataset.missing',
  /** A dataset with a manifest. */
  manifest: 'gatescope.manifest',
  finding: 'gatescope.finding',
  /** A finding whose rows can be left out. */
  findingWithRemedy: 'gatescope.finding.remedy',
} as const;

/** Files that Import Dataset understands by their name, and folders. */
export const WHEN_DATA =
  'explorerResourceIsFolder || resourceFilename =~ /\\.(csv|tsv|tab|jsonl|ndjson|parquet|arrow|txt)$/';
export const WHEN_MANIFEST = 'resourceFilename =~ /\\.dataset\\.json$/';
export const WHEN_CONFIG = 'resourceFilename =~ /\\.gatescope\\.json$/';
/** Files that are weights and little else. */
export const WHEN_WEIGHTS = 'resourceExtname =~ /^\\.(safetensors|pt|pth|th|h5|hdf5|keras|npz|onnx)$/';
/** Data is read and models are trained only in a trusted workspace. */
export const WHEN_TRUSTED = 'isWorkspaceTrusted';
