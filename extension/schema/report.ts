// What a standalone report holds: written by the command line, read by the report page.
import type { ResolvedExperiment } from './resolved.ts';
import type { Evaluation, RunEnvironment, RunEvent, RunManifest } from './run.ts';

export interface ReportData {
  manifest: RunManifest;
  config: ResolvedExperiment;
  environment?: RunEnvironment;
  evaluation?: Evaluation;
  metrics: { events: RunEvent[] };
}
