// What a standalone report holds: written by the command line, read by the report page. All of it is JSON.
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Evaluation, RunEnvironment, RunEvent, RunManifest } from '../schema/run.ts';
import type { Direction, SignalName, Trace } from './trace.ts';

/** A trace whose signals are base64 of little-endian float32, [T, H] as in a trace: every bit of them. */
export interface ReportTrace extends Omit<Trace, 'layers' | 'embeddings' | 'pooled'> {
  layers: { layer: number; direction: Direction; signals: Partial<Record<SignalName, string>> }[][];
}

/** Gates over one text. */
export interface ReportGates {
  /** Where the text is from, in words. */
  origin: string;
  trace: ReportTrace;
}

export interface ReportData {
  manifest: RunManifest;
  config: ResolvedExperiment;
  environment?: RunEnvironment;
  evaluation?: Evaluation;
  metrics: { events: RunEvent[] };
  /** Or why there are none. */
  gates: ReportGates | { whyNot: string };
}
