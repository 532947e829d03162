// What the extension host offers the dashboard page. Parameters come from a page, so the host checks them at run time.
import type { Evaluation, RunManifest } from '../schema/run.ts';
import type { GenerateSettings, ParameterPlan, Prediction, RunAction, RunProgress } from './engineContract.ts';
import type { FoundRate } from './foundRate.ts';
import type { MetricFrame } from './metricFrame.ts';

/** A run as lists show it. */
export interface RunSummary extends RunManifest {
  /** Absolute path of the run folder. */
  dir: string;
  /** Seconds from start to end, or until now. */
  durationS: number;
  progress?: RunProgress;
}

/** What a config would train. */
export interface ConfigPlan {
  name: string;
  plan: ParameterPlan;
  /** Of the last search for a learning rate. */
  found?: FoundRate;
}

/** What the page should show first: a run, or the plan of a config (its absolute path). */
export type DashboardFocus = { runId: string } | { configPath: string };

export interface DashboardContract {
  calls: {
    /** Also says what the page should show first. */
    runs(params: Record<string, never>): {
      runs: RunSummary[];
      focus?: DashboardFocus;
      canTrain: boolean;
      whyNot?: string;
    };
    metrics(params: { runId: string }): MetricFrame;
    evaluation(params: { runId: string }): Evaluation | null;
    updateRun(params: { runId: string; name?: string; note?: string }): void;
    /** Asks the user first; answers with what was deleted. */
    deleteRuns(params: { runIds: string[] }): string[];
    /** Opens the inspector on the run, with the text where there is one. */
    inspect(params: { runId: string; text?: string }): void;
    openConfig(params: { runId: string }): void;
    revealFolder(params: { runId: string }): void;
    /** Opens a data file at a line: only files that the run's own evaluation names. */
    openExample(params: { runId: string; path: string; line: number }): void;
    control(params: { runId: string; action: RunAction }): void;
    predict(params: { runId: string; text: string }): Prediction;
    generate(params: { runId: string; settings: GenerateSettings }): string;
    plan(params: { configPath: string }): ConfigPlan;
    /** A range test; asks the user nothing, and can be cancelled in a notification. */
    findRate(params: { configPath: string }): FoundRate;
    /** Writes a learning rate into the open config. */
    useRate(params: { configPath: string; rate: number }): void;
    showConfig(params: { configPath: string }): void;
    /** Asks where to, then writes; false when the user thought better of it. */
    saveFile(params: { suggestedName: string; data: Uint8Array }): boolean;
  };
  events: {
    runsChanged: RunSummary[];
    append: MetricFrame;
    focus: DashboardFocus;
    /** A config was saved: its plan may be another. */
    configSaved: { configPath: string };
  };
}
