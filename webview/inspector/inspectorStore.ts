// What the inspector shows: the run, its text and trace, and what the user chose. No DOM beyond the page host.
// Invariant: `trace` belongs to what `state` asks for, or is the last one while that is on its way; a slower answer to an older question is dropped.
// Views read from here and change what is shown through `change`, `choose`, `hover` and `togglePin`; nothing else writes.
import type { RunSummary } from '../../extension/protocol/dashboardContract.ts';
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import type {
  CellEquation,
  DirectionTrace,
  SignalName,
  Trace,
  TraceFormat,
  TraceSources,
} from '../../extension/protocol/trace.ts';
import { toFileName } from '../shared/format.ts';
import type { PageHost } from '../shared/pageHost.ts';
import { EquationLoader } from './equationLoader.ts';
import {
  type InspectorState,
  laterState,
  parseInspectorState,
  stateOfFocus,
  type TracePlace,
  type UnitPlace,
  withToggled,
} from './inspectorState.ts';
import { LatestCall } from './latestCall.ts';
import { StateKeeper } from './stateKeeper.ts';
import { callFor, equationOf, type HowToAsk, howToAsk, whyNoEquation } from './traceQuestion.ts';

/** Typing rests this long before a trace is asked for. */
const DEBOUNCE_MS = 40;

export class InspectorStore {
  readonly client: Client<InspectorContract>;
  readonly #keeper: StateKeeper;
  readonly #onChange: () => void;
  readonly #equations: EquationLoader;
  readonly #latest = new LatestCall();
  state: InspectorState;
  runs: readonly RunSummary[] = [];
  /** Of the shown run; undefined until they are here. */
  sources: TraceSources | undefined;
  isLoaded = false;
  /** Whether anything can be computed; else only probes that were stored can be shown. */
  canTrace = true;
  whyNot: string | undefined;
  trace: Trace | undefined;
  /** A newer trace than the shown one is on its way. */
  isTracing = false;
  /** Under the pointer; undefined while it is elsewhere. */
  hovered: TracePlace | undefined;
  /** What could not be loaded, to be shown with a way to try again. */
  error: unknown;
  #sourcesOf: string | undefined;
  #asked = '';

  constructor(
    client: Client<InspectorContract>,
    host: Pick<PageHost, 'loadState' | 'saveState'>,
    onChange: () => void,
  ) {
    this.client = client;
    this.#onChange = onChange;
    this.#equations = new EquationLoader(client, onChange);
    this.#keeper = new StateKeeper(client, host);
    this.state = parseInspectorState(host.loadState());
    client.on('runsChanged', (runs) => this.#setRuns(runs));
    client.on('focus', (focus) => this.change(stateOfFocus(focus)));
  }

  async load(): Promise<void> {
    this.error = undefined;
    this.#asked = '';
    try {
      const { runs, focus, kept, canTrace, whyNot } = await this.client.call('runs', {});
      this.canTrace = canTrace;
      this.whyNot = whyNot;
      this.isLoaded = true;
      this.state = laterState(this.state, kept);
      if (focus) this.state = { ...this.state, ...stateOfFocus(focus) };
      this.#setRuns(runs);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Another run starts at its first layer and with its best weights; text, signal and order stay. */
  showRun(runId: string): void {
    this.change({ runId, layer: 0, epoch: undefined, place: undefined });
  }

  /** Changes and remembers what the user chose; asks for another trace where that is needed. */
  change(part: Partial<InspectorState>): void {
    this.state = { ...this.state, ...part, savedAt: Date.now() };
    this.#keeper.keep(this.state);
    this.#askForWhatIsMissing();
    this.#onChange();
  }

  /** Remembers what a further view keeps. */
  changeView(name: string, value: unknown): void {
    this.change({ views: { ...this.state.views, [name]: value } });
  }

  /** Chooses a cell of the shown layer and direction; undefined: none. */
  choose(place: TracePlace | undefined): void {
    this.hovered = undefined;
    this.change({ place });
  }

  /** Follows the pointer; undefined when it left. */
  hover(place: TracePlace | undefined): void {
    this.hovered = place;
    this.#askForWhatIsMissing();
    this.#onChange();
  }

  /** Pins a unit, or takes it off; a unit of the shown layer and direction where only its number is given. */
  togglePin(unit: number | UnitPlace): void {
    const place = typeof unit === 'number' ? { layer: this.layer, direction: this.direction, unit } : unit;
    this.change({ pinned: withToggled(this.state.pinned, place) });
  }

  get run(): RunSummary | undefined {
    return this.runs.find(({ id }) => id === this.state.runId) ?? this.runs[0];
  }

  /** The shown layer: what was chosen, as far as the network has it. */
  get layer(): number {
    return Math.min(this.state.layer, (this.trace?.layerCount ?? 1) - 1);
  }

  get direction(): 0 | 1 {
    return this.trace?.directionCount === 2 ? this.state.direction : 0;
  }

  /** The shown layer and direction; undefined while there is no trace of it. */
  get shown(): DirectionTrace | undefined {
    return this.directionTrace(this.layer, this.direction);
  }

  /** Signals that are on the page, in the order they are computed. */
  get shownSignals(): SignalName[] {
    const names = this.trace?.signals.map(({ name }) => name) ?? [];
    const { signal } = this.state;
    if (signal === 'all') return names;
    return names.includes(signal) ? [signal] : names.slice(-1);
  }

  /** The chosen cell, as far as the trace has it. */
  get chosen(): TracePlace | undefined {
    return this.#inTrace(this.state.place);
  }

  /** The cell that read-out and equation are about: the hovered one, else the chosen one. */
  get place(): TracePlace | undefined {
    return this.#inTrace(this.hovered) ?? this.chosen;
  }

  #inTrace(place: TracePlace | undefined): TracePlace | undefined {
    const { trace } = this;
    return place && trace && place.token < trace.tokens.length && place.unit < trace.hiddenSize ? place : undefined;
  }

  /** Units of the shown layer and direction that are pinned, in the order they were. */
  get pinnedUnits(): number[] {
    const { layer, direction } = this;
    const isHere = (place: UnitPlace): boolean => place.layer === layer && place.direction === direction;
    return this.state.pinned.filter(isHere).map(({ unit }) => unit);
  }

  /** Of `place`; undefined while it is on its way, or where it cannot be computed. */
  get equation(): CellEquation | undefined {
    return this.#equations.value;
  }

  get equationError(): unknown {
    return this.#equations.error;
  }

  /** Why an equation's parts cannot be computed for what is shown; undefined where they can. */
  get whyNoEquation(): string | undefined {
    return whyNoEquation(this.question);
  }

  /** The token that the shown direction read before `token`; the same at the first. */
  tokenBefore(token: number): number {
    const before = this.direction === 0 ? token - 1 : token + 1;
    return before >= 0 && before < (this.trace?.tokens.length ?? 0) ? before : token;
  }

  /** Writes everything the run computes over the text to a file that the user names. */
  async saveTrace(format: TraceFormat): Promise<void> {
    const { question, run } = this;
    if (question?.method !== 'trace') return;
    const { runId, epoch, text } = question.params;
    const suggestedName = `${toFileName(run?.name ?? '').toLowerCase()}-trace.${format}`;
    await this.client.call('saveTrace', { runId, epoch, text, format, suggestedName });
  }

  directionTrace(layer: number, direction: 0 | 1): DirectionTrace | undefined {
    return this.trace?.layers.flat().find((each) => each.layer === layer && each.direction === direction);
  }

  /** How the shown trace can be asked for again, for a file or a further view; undefined without a run. */
  get question(): HowToAsk | undefined {
    const { run, sources, text, canTrace } = this;
    const { epoch, layer } = this.state;
    return run && sources ? howToAsk({ runId: run.id, sources, text, epoch, layer, canTrace }) : undefined;
  }

  /** What is read: what was typed, else the run's first probe. */
  get text(): string {
    return this.state.text ?? this.probeTexts[0] ?? '';
  }

  get probeTexts(): readonly string[] {
    return this.sources?.probes.map(({ text }) => text) ?? [];
  }

  #setRuns(runs: readonly RunSummary[]): void {
    this.runs = runs;
    this.change({});
  }

  #askForWhatIsMissing(): void {
    const { run } = this;
    if (!this.isLoaded || !run) return;
    if (this.#sourcesOf !== run.id) void this.#loadSources(run.id);
    else if (this.sources) this.#askForTrace();
    this.#askForEquation();
  }

  async #loadSources(runId: string): Promise<void> {
    this.#sourcesOf = runId;
    this.sources = undefined;
    try {
      const sources = await this.client.call('traceSources', { runId });
      if (this.#sourcesOf !== runId) return;
      this.sources = sources;
      if (this.state.runId !== runId) this.showRun(runId);
      else this.change({});
    } catch (error) {
      this.#fail(error);
    }
  }

  /** At once for the first trace and for another epoch or layer; while somebody types, when it rests. */
  #askForTrace(): void {
    const { question } = this;
    const key = JSON.stringify(question);
    if (!question || key === this.#asked) return;
    this.#asked = key;
    this.#latest.cancel();
    this.error = undefined;
    this.isTracing = question.method !== 'none';
    if (question.method === 'none') {
      this.trace = undefined;
      this.error = question.reason;
      return;
    }
    const isTyping = this.trace !== undefined && this.text !== this.trace.text;
    this.#latest.ask({
      delayMs: isTyping ? DEBOUNCE_MS : 0,
      call: (signal) => callFor(this.client, question, signal),
      onAnswer: (trace) => this.#setTrace(trace),
      onError: (error) => {
        this.isTracing = false;
        this.trace = undefined;
        this.#fail(error);
      },
    });
  }

  #setTrace(trace: Trace): void {
    this.trace = trace;
    this.isTracing = false;
    this.#askForEquation();
    this.#onChange();
  }

  #askForEquation(): void {
    const { place, question, layer, direction, isTracing } = this;
    if (isTracing) return;
    this.#equations.ask(place && equationOf(question, { layer, direction }, place));
  }

  #fail(error: unknown): void {
    this.error = error;
    this.#onChange();
  }
}
