// What the extension host offers the inspector page: the worker's calls on traces, with runs named by id instead of by folder.
// Parameters come from a page, so the host checks them at run time. In Restricted Mode only what was stored is answered
// (runs, traceSources, probe); calls that compute are refused with the reason.
import type { RunSummary } from './dashboardContract.ts';
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

/** A request of the worker as a page makes it. */
export type OfRun<Request extends { runDir: string }> = Omit<Request, 'runDir'> & { runId: string };

/** A page searches the run's own data only. */
export type PageMatchRequest = Omit<OfRun<MatchRequest>, 'data'> & {
  data: Extract<MatchRequest['data'], { split: unknown }>;
};

/** What to show, as far as whoever opened the page said; the page keeps the rest of what it shows. */
export interface InspectorFocus {
  /** The run that was looked at last, else the newest with weights, where absent. */
  runId?: string;
  text?: string;
  /** 0: before training; the best where absent. */
  epoch?: number;
}

export interface InspectorContract {
  calls: {
    /** The first call of a page. Runs with weights, newest first; also says what to show first. */
    runs(params: Record<string, never>): {
      runs: RunSummary[];
      focus?: InspectorFocus;
      /** What `keepState` got last, where the page was open before: a browser that is refreshed loses what VS Code keeps of a page. */
      kept?: string;
      canTrace: boolean;
      whyNot?: string;
    };
    /** What the page remembers, as JSON. */
    keepState(params: { state: string }): void;
    traceSources(params: { runId: string }): TraceSources;
    trace(params: OfRun<TraceRequest>): Trace;
    equation(params: OfRun<EquationRequest>): CellEquation;
    gradients(params: OfRun<GradientRequest>): GradientTrace;
    connectivity(params: OfRun<ConnectivityRequest>): Connectivity;
    statistics(params: OfRun<StatisticsRequest>): TraceStatistics;
    probe(params: OfRun<ProbeRequest>): Trace;
    /** Tells its progress in `matching`; aborting the call ends the search. */
    selectAndMatch(params: PageMatchRequest): MatchResult;
    /** Opens a data file at a line: only files that the run's own config names as its data. */
    openDataLine(params: { runId: string; path: string; line: number }): void;
    openDashboard(params: { runId: string }): void;
    /** Asks where to, then writes; false when the user thought better of it. Pictures and tables. */
    saveFile(params: { suggestedName: string; data: Uint8Array }): boolean;
    /** The same for a trace, which the worker writes. */
    saveTrace(params: OfRun<TraceRequest> & { suggestedName: string; format: TraceFormat }): boolean;
  };
  events: {
    /** A run came, went, or has new weights. */
    runsChanged: RunSummary[];
    focus: InspectorFocus;
    matching: MatchProgress;
  };
}
