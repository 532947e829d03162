// Stands in for VS Code in a plain browser: answers the inspector from made-up networks (traceNetworks.ts).
// `?state=` chooses: bilstm, attention (the same, pooled by it), lstm, gru, rnn, wide (256 units), large (512 units), text (a language model), none, restricted, failing, hostile, slow, unending (searches).
// The test drives it through `window.fixture`.
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import { serve } from '../../extension/protocol/rpc.ts';
import { CELL_SIGNALS, type Trace, type TraceSources } from '../../extension/protocol/trace.ts';
import { CancelledError, UserError } from '../../extension/util/userError.ts';
import { makeRun } from './fixtures.ts';
import { installVsCode } from './pageTransport.ts';
import { connectivityOf, gradientsOf, matchesOf, statisticsOf } from './traceAnalyses.ts';
import { equationOf, type MadeNetwork, traceLayer } from './traceNetworks.ts';

export interface InspectorFixture {
  /** Calls that came in, in order. */
  calls: { method: string; params: unknown }[];
  saved: { name: string; data: Uint8Array }[];
  /** Searches that were cancelled. */
  aborted: number;
}

const state = new URLSearchParams(location.search).get('state') ?? 'bilstm';
const calls: InspectorFixture['calls'] = [];
const saved: InspectorFixture['saved'] = [];
const BEST = 4;
const EPOCHS = [0, 1, 2, 3, 4, 5];
const PROBES = [
  'Who wrote Hamlet , and when did he write it ?',
  'How far is it from Denver to Aspen ?',
  'What does ( the ( second ) part ) of " antidisestablishmentarianism " mean ?',
];
const HOSTILE = `<img src=x onerror="document.title='owned'"> ${'pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(4)} <script>document.title='owned'</script>`;

const runs =
  state === 'none' ? [] : [makeInspected('2026-11-24T10-00-00-trec', 0), makeInspected('2026-11-23T10-00-00-gru', 7)];

function makeInspected(id: string, at: number) {
  const run = makeRun(id, at);
  const { cell, layerCount, hiddenSize, directionCount } = networkOf(id);
  const name = `TREC, ${directionCount === 2 ? 'Bi' : ''}${cell.toUpperCase()} ${layerCount} × ${hiddenSize}`;
  const task = state === 'text' ? ('languageModel' as const) : run.task;
  return { ...run, name: state === 'hostile' ? HOSTILE.slice(0, 60) : name, task };
}

function networkOf(runId: string, epoch = BEST): MadeNetwork {
  const gain = 0.4 + 0.35 * epoch;
  if (runId.endsWith('gru')) return { cell: 'gru', hiddenSize: 64, layerCount: 1, directionCount: 1, gain };
  if (state === 'gru') return { cell: 'gru', hiddenSize: 96, layerCount: 1, directionCount: 1, gain };
  if (state === 'rnn') return { cell: 'rnn', hiddenSize: 40, layerCount: 1, directionCount: 1, gain };
  if (state === 'wide') return { cell: 'lstm', hiddenSize: 256, layerCount: 1, directionCount: 1, gain };
  if (state === 'large') return { cell: 'lstm', hiddenSize: 512, layerCount: 1, directionCount: 1, gain };
  if (state === 'lstm' || state === 'text') {
    return { cell: 'lstm', hiddenSize: 128, layerCount: 1, directionCount: 1, gain };
  }
  return { cell: 'lstm', hiddenSize: 100, layerCount: 2, directionCount: 2, gain };
}

function tokensOf(text: string): string[] {
  const tokens = state === 'text' ? [...text] : text.split(/\s+/).filter(Boolean);
  return tokens.length === 0 ? ['[UNK]'] : tokens;
}

function traceOf(
  runId: string,
  text: string,
  { epoch = BEST, layers = [0] }: { epoch?: number; layers?: number[] },
): Trace {
  const network = networkOf(runId, epoch);
  const { cell, hiddenSize, layerCount, directionCount } = network;
  const all = tokensOf(text);
  const tokens = all.slice(0, 1024);
  const traced = layers.filter((layer) => layer < layerCount).map((layer) => traceLayer(network, tokens, layer));
  return {
    runId,
    epoch,
    text,
    cell,
    hiddenSize,
    layerCount,
    directionCount,
    tokens: tokens.map((token, id) => ({ text: token, id, isUnknown: state !== 'text' && token.length > 9 })),
    truncated: all.length - tokens.length,
    signals: CELL_SIGNALS[cell].map((name) => ({ name, range: rangeOf(name) })),
    layers: traced,
    ...(state === 'text'
      ? { nextTokens: tokens.map(nextOf) }
      : { classes: classesOf(traced[0][0].signals.h!, hiddenSize) }),
    ...(state === 'attention' && { attention: attentionOver(tokens) }),
  };
}

function rangeOf(name: string): [number, number] | undefined {
  if (name === 'c') return undefined;
  return 'iforz'.includes(name) ? [0, 1] : [-1, 1];
}

const nextOf = (token: string, at: number) => ({
  top: ['e', ' ', 't', 'h', '\n'].map((next, rank) => ({
    token: next,
    probability: (0.5 - 0.02 * (at % 9)) / 2 ** rank,
  })),
  ofActual: token === ' ' ? 0.31 : 0.08,
});

/** Long words matter most. */
function attentionOver(tokens: readonly string[]): Float32Array {
  const total = tokens.reduce((sum, { length }) => sum + 3 ** length, 0);
  return Float32Array.from(tokens, ({ length }) => 3 ** length / total);
}

/** Class scores that depend on the last state, as a real head's would. */
function classesOf(h: Float32Array, hiddenSize: number): Trace['classes'] {
  const labels = state === 'hostile' ? [HOSTILE, 'b'.repeat(200), 'c'] : (runs[0]?.labels ?? ['a', 'b']);
  const last = h.subarray(h.length - hiddenSize);
  const logits = labels.map(
    (_, at) => last.reduce((sum, value, unit) => sum + value * Math.sin(unit * (at + 1)), 0) / 2,
  );
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return labels.map((label, at) => ({ label, logit: logits[at], probability: Math.exp(logits[at]) / total }));
}

const probes: TraceSources['probes'] = (state === 'text' ? ['To be, or not to be'] : PROBES).map((text) => ({
  text,
  epochs: EPOCHS,
}));

const record =
  <P, R>(method: string, answer: (params: P) => R) =>
  (params: P): R => {
    calls.push({ method, params });
    return answer(params);
  };

const later = <T>(value: () => T): Promise<T> =>
  new Promise((settle) => setTimeout(() => settle(value()), state === 'slow' ? 3_600_000 : 5));

/** Where the host keeps what the page remembers, beside the page's own copy. */
const KEPT_KEY = 'gatescope-dev-kept';

const server = serve<InspectorContract>(installVsCode('gatescope-dev-inspector'), {
  runs: record('runs', () => {
    if (state === 'failing') {
      throw new UserError({
        code: 'x',
        message: 'The folder of runs cannot be read.',
        remedy: 'Look at its permissions.',
      });
    }
    const whyNot = state === 'restricted' ? 'Computing is off because this folder is in Restricted Mode.' : undefined;
    const kept = sessionStorage.getItem(KEPT_KEY) ?? undefined;
    return { runs, kept, canTrace: whyNot === undefined, whyNot };
  }),
  keepState: ({ state }) => sessionStorage.setItem(KEPT_KEY, state),
  traceSources: record('traceSources', ({ runId }) => {
    const { layerCount } = networkOf(runId);
    return { epochs: [0, BEST], best: BEST, layerCount, probes };
  }),
  trace: record('trace', ({ runId, text, epoch, layers }) => later(() => traceOf(runId, text, { epoch, layers }))),
  probe: record('probe', ({ runId, probe, epoch, layers }) => {
    const all = Array.from({ length: networkOf(runId).layerCount }, (_, layer) => layer);
    const trace = traceOf(runId, probes[probe].text, { epoch, layers: layers ?? all });
    return { ...trace, quantisation: { bits: 8, maxError: { h: 1 / 255, c: 0.02 } } };
  }),
  equation: record('equation', ({ runId, text, epoch, terms = 10, ...place }) =>
    later(() => {
      const equation = equationOf(networkOf(runId, epoch), tokensOf(text), place);
      return { ...equation, gates: equation.gates.map((gate) => ({ ...gate, terms: gate.terms.slice(0, terms) })) };
    }),
  ),
  gradients: record('gradients', ({ runId, text, epoch, target, integratedSteps }) =>
    later(() => gradientsOf(traceOf(runId, text, { epoch }), target, integratedSteps)),
  ),
  connectivity: record('connectivity', ({ text, layer, direction }) =>
    later(() => connectivityOf(Math.min(1024, tokensOf(text).length), layer, direction)),
  ),
  statistics: record('statistics', ({ runId, epoch, over, thresholds = { left: 0.1, right: 0.9 }, correlate }) =>
    later(() => {
      const { layerCount, cell } = networkOf(runId, epoch);
      const layers = Array.from({ length: layerCount }, (_, layer) => layer);
      const texts = 'texts' in over ? over.texts : PROBES;
      const traces = texts.map((text) => traceOf(runId, text, { epoch, layers }));
      return statisticsOf(traces, thresholds, correlate ?? (cell === 'lstm' ? 'c' : 'h'));
    }),
  ),
  selectAndMatch: async (params, { signal }) => {
    calls.push({ method: 'selectAndMatch', params });
    const { requestId, from, to, top = 50, data } = params;
    const progress = (fraction: number): void =>
      server.send('matching', { requestId, tokensRead: Math.round(55_390 * fraction), fraction });
    progress(0.25);
    if (state === 'unending') {
      return new Promise((_, refuse) => {
        signal.addEventListener('abort', () => {
          fixture.aborted++;
          refuse(new CancelledError());
        });
      });
    }
    await later(() => progress(0.75));
    return later(() => matchesOf(Uint32Array.of(1, 5, 8, 13, 40), data.split === 'test' ? 0 : top, to - from + 1));
  },
  openDataLine: record('openDataLine', () => undefined),
  openDashboard: record('openDashboard', () => undefined),
  saveFile: record('saveFile', ({ suggestedName, data }) => {
    saved.push({ name: suggestedName, data });
    return true;
  }),
  saveTrace: record('saveTrace', () => true),
});

const fixture: InspectorFixture = { calls, saved, aborted: 0 };
Object.assign(window, { fixture });
