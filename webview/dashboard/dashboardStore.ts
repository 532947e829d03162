// What the dashboard shows: runs, their metrics and evaluations, and what the user chose. No DOM beyond the page host.
// Invariant: metrics of a run hold every event of its log in order; a gap is filled by asking for all of it again.
import type { DashboardContract, DashboardFocus, RunSummary } from '../../extension/protocol/dashboardContract.ts';
import type { MetricFrame, RunSample } from '../../extension/protocol/metricFrame.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import type { Evaluation } from '../../extension/schema/run.ts';
import type { PlottedRun } from '../shared/chart/series.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { assignColors } from '../shared/palette.ts';
import { RunMetrics } from '../shared/runMetrics.ts';
import { isActiveStatus } from '../shared/runStatus.ts';
import { type DashboardState, parseDashboardState } from './dashboardState.ts';

export class DashboardStore {
  readonly client: Client<DashboardContract>;
  readonly #host: Pick<PageHost, 'loadState' | 'saveState'>;
  readonly #onChange: () => void;
  readonly #metrics = new Map<string, RunMetrics>();
  /** Frames that came while all metrics of their run were asked for. */
  readonly #waiting = new Map<string, MetricFrame[]>();
  readonly #evaluations = new Map<string, { testOf: string; value: Evaluation | null }>();
  #plottedCache: { key: string; runs: PlottedRun[] } = { key: '', runs: [] };
  state: DashboardState;
  runs: readonly RunSummary[] = [];
  /** Grows when the plan that is shown may have changed. */
  planRevision = 0;
  isLoaded = false;
  canTrain = true;
  whyNot: string | undefined;
  /** What could not be loaded, to be shown with a way to try again. */
  error: unknown;

  constructor(
    client: Client<DashboardContract>,
    host: Pick<PageHost, 'loadState' | 'saveState'>,
    onChange: () => void,
  ) {
    this.client = client;
    this.#host = host;
    this.#onChange = onChange;
    this.state = parseDashboardState(host.loadState());
    client.on('runsChanged', (runs) => this.#setRuns(runs));
    client.on('append', (frame) => this.#take(frame));
    client.on('focus', (focus) => this.#show(focus));
    client.on('configSaved', ({ configPath }) => {
      if (configPath === this.state.plan) this.#show({ configPath });
    });
  }

  async load(): Promise<void> {
    this.error = undefined;
    try {
      const { runs, focus, canTrain, whyNot } = await this.client.call('runs', {});
      this.canTrain = canTrain;
      this.whyNot = whyNot;
      this.isLoaded = true;
      if (focus) this.state = withFocus(this.state, focus);
      this.#setRuns(runs);
    } catch (error) {
      this.error = error;
      this.#onChange();
    }
  }

  /** Changes and remembers what the user chose. */
  change(part: Partial<DashboardState>): void {
    this.state = { ...this.state, ...part };
    this.#host.saveState(this.state);
    this.#loadWhatIsMissing();
    this.#onChange();
  }

  /** What the host asks for. A plan that is shown is read again. */
  #show(focus: DashboardFocus): void {
    if ('runId' in focus) this.focusRun(focus.runId);
    else {
      this.planRevision++;
      this.change({ plan: focus.configPath });
    }
  }

  closePlan(): void {
    this.change({ plan: undefined });
  }

  focusRun(runId: string): void {
    const isOn = this.plottedIds.includes(runId);
    this.change({ focus: runId, plan: undefined, plotted: isOn ? this.plottedIds : [runId] });
  }

  togglePlotted(runId: string): void {
    const ids = this.plottedIds;
    this.change({ plotted: ids.includes(runId) ? ids.filter((id) => id !== runId) : [...ids, runId] });
  }

  get focused(): RunSummary | undefined {
    const { focus } = this.state;
    return (
      this.runs.find(({ id }) => id === focus) ?? this.runs.find(({ status }) => isActiveStatus(status)) ?? this.runs[0]
    );
  }

  get plottedIds(): string[] {
    const { focused } = this;
    const known = new Set(this.runs.map(({ id }) => id));
    return this.state.plotted?.filter((id) => known.has(id)) ?? (focused ? [focused.id] : []);
  }

  /** Runs are chosen for the charts, but none of their metrics are here yet. */
  get isLoadingCurves(): boolean {
    return this.plottedIds.length > 0 && this.plotted.length === 0;
  }

  /** The same array until something on the charts changes. */
  get plotted(): readonly PlottedRun[] {
    const runs = this.plottedIds.flatMap((id) => {
      const run = this.runs.find((candidate) => candidate.id === id);
      const metrics = this.#metrics.get(id);
      return run && metrics ? [{ run, metrics }] : [];
    });
    const key = runs
      .map(
        ({ run, metrics }) => `${run.id}:${metrics.nextSeq}:${run.name}:${run.best?.step}:${this.state.colors[run.id]}`,
      )
      .join('|');
    if (key !== this.#plottedCache.key) {
      this.#plottedCache = { key, runs: runs.map(({ run, metrics }) => toPlotted(run, metrics, this.state.colors)) };
    }
    return this.#plottedCache.runs;
  }

  /** Undefined while it is not loaded; null where there is none. */
  evaluationOf({ id }: RunSummary): Evaluation | null | undefined {
    return this.#evaluations.get(id)?.value;
  }

  /** Texts that a run wrote, in order; none while its metrics are not loaded. */
  samplesOf({ id }: RunSummary): readonly RunSample[] {
    return this.#metrics.get(id)?.samples ?? [];
  }

  #setRuns(runs: readonly RunSummary[]): void {
    const before = new Map(this.runs.map((run) => [run.id, run.resumedAt]));
    // A run that goes on from a checkpoint has forgotten what came after it.
    for (const { id, resumedAt } of runs) if (before.has(id) && before.get(id) !== resumedAt) this.#metrics.delete(id);
    this.runs = runs;
    const colors = assignColors(this.plottedIds, this.state.colors);
    this.change({ colors });
  }

  #loadWhatIsMissing(): void {
    if (!this.isLoaded) return;
    const ids = this.plottedIds;
    if (ids.some((id) => this.state.colors[id] === undefined)) {
      this.state = { ...this.state, colors: assignColors(ids, this.state.colors) };
    }
    for (const id of ids) if (!this.#metrics.has(id) && !this.#waiting.has(id)) void this.#loadMetrics(id);
    const { focused } = this;
    if (focused && this.#evaluations.get(focused.id)?.testOf !== versionOf(focused)) void this.#loadEvaluation(focused);
  }

  async #loadMetrics(runId: string): Promise<void> {
    const waiting: MetricFrame[] = [];
    this.#waiting.set(runId, waiting);
    try {
      const metrics = RunMetrics.from(await this.client.call('metrics', { runId }));
      this.#metrics.set(runId, metrics);
      this.#waiting.delete(runId);
      for (const frame of waiting) this.#take(frame);
    } catch (error) {
      this.#waiting.delete(runId);
      this.#metrics.set(runId, new RunMetrics(runId));
      this.error = error;
    }
    this.#onChange();
  }

  async #loadEvaluation(run: RunSummary): Promise<void> {
    const entry = { testOf: versionOf(run), value: this.#evaluations.get(run.id)?.value ?? null };
    this.#evaluations.set(run.id, entry);
    try {
      entry.value = await this.client.call('evaluation', { runId: run.id });
    } catch (error) {
      this.error = error;
    }
    this.#onChange();
  }

  #take(frame: MetricFrame): void {
    const { runId } = frame;
    const waiting = this.#waiting.get(runId);
    if (waiting) {
      waiting.push(frame);
      return;
    }
    const metrics = this.#metrics.get(runId);
    if (!metrics) return;
    const result = metrics.take(frame);
    if (result === 'gap') void this.#loadMetrics(runId);
    else if (result === 'taken') this.#onChange();
  }
}

function withFocus(state: DashboardState, focus: DashboardFocus): DashboardState {
  if ('configPath' in focus) return { ...state, plan: focus.configPath };
  return { ...state, focus: focus.runId, plan: undefined, plotted: [focus.runId] };
}

/** Changes when a new evaluation can be there. */
const versionOf = ({ status, endedAt }: RunSummary): string => `${status}:${endedAt ?? ''}`;

function toPlotted(run: RunSummary, metrics: RunMetrics, colors: Readonly<Record<string, number>>): PlottedRun {
  const { id, name, best, progress } = run;
  const perEpoch = progress && progress.epochs > 0 && progress.steps > 0 ? progress.steps / progress.epochs : undefined;
  return { id, name, color: colors[id] ?? 0, metrics, best, stepsPerEpoch: perEpoch };
}
