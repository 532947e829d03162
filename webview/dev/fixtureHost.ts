// Stands in for VS Code in a plain browser: answers the dashboard from made-up runs and plays a live one on demand.
// `?state=` chooses: none, one, live, paused, many, hostile, classes, large, text, untrusted, failing, plan. The test drives it through `window.fixture`.
import type { DashboardContract, RunSummary } from '../../extension/protocol/dashboardContract.ts';
import { toMetricFrame } from '../../extension/protocol/metricFrame.ts';
import { serve } from '../../extension/protocol/rpc.ts';
import type { Evaluation, RunEvent } from '../../extension/schema/run.ts';
import { UserError } from '../../extension/util/userError.ts';
import { makeEvaluation, makeEvents, makeRun } from './fixtures.ts';
import { installVsCode } from './pageTransport.ts';
import { makeFoundRate, makePlan, PLAN_PATH } from './planFixtures.ts';
import { makeTextEvaluation, makeTextEvents, makeTextRun, TEXT_RUN_ID } from './textFixtures.ts';

export interface Fixture {
  /** Sends the next events of the live run; `skip` leaves out that many before, as a lost message would. */
  play(count: number, skip?: number): void;
  /** The live run goes on from its line `from`, as after a checkpoint. */
  goOn(from: number): void;
  /** Calls that came in, in order. */
  calls: { method: string; params: unknown }[];
  saved: { name: string; data: Uint8Array }[];
}

declare global {
  interface Window {
    fixture: Fixture;
  }
}

const LIVE_ID = '2026-11-24T12-00-00-live';
const state = new URLSearchParams(location.search).get('state') ?? 'live';

const runs: RunSummary[] = makeRuns();
const liveEvents: RunEvent[] = makeEvents(4000, 400);
let sent = 120;
const calls: Fixture['calls'] = [];
const saved: Fixture['saved'] = [];

function makeRuns(): RunSummary[] {
  switch (state) {
    case 'none':
    case 'failing':
      return [];
    case 'many':
      return Array.from({ length: 1000 }, (_, at) =>
        makeRun(`2026-11-${String(1 + (at % 28)).padStart(2, '0')}T10-00-00-run-${at}`, at),
      );
    case 'hostile':
      return [
        {
          ...makeRun('2026-11-24T10-00-00-evil', 1),
          name: `<img src=x onerror="document.title='owned'"> ${'long '.repeat(60)}`,
          note: '"><script>document.title="owned"</script>',
        },
      ];
    case 'paused':
      return [{ ...liveRun(), status: 'paused' }];
    case 'text':
      return [makeTextRun(), makeRun('2026-11-24T10-00-00-trec', 1)];
    case 'live':
      return [liveRun(), ...Array.from({ length: 5 }, (_, at) => makeRun(`2026-11-2${at}T10-00-00-trec-${at}`, at))];
    default:
      return [makeRun('2026-11-24T10-00-00-trec', 1)];
  }
}

function labelsOf(name: string): string[] {
  if (name === 'hostile') return [`<img src=x onerror="document.title='owned'">`, 'b'.repeat(200), 'c'];
  if (name === 'classes') return Array.from({ length: 200 }, (_, at) => `class ${at}`);
  return ['ABBR', 'DESC', 'ENTY', 'HUM', 'LOC', 'NUM'];
}

function liveRun(): RunSummary {
  const run = makeRun(LIVE_ID, 2);
  const progress = {
    runId: LIVE_ID,
    phase: 'training',
    fraction: 0.3,
    epoch: 2,
    epochs: 5,
    step: 120,
    steps: 2000,
    loss: 0.532,
    secondsLeft: 83,
  } as const;
  return {
    ...run,
    name: 'TREC question type, BiLSTM',
    status: 'running',
    test: undefined,
    best: { loss: 1.79, accuracy: 0.17, macroF1: 0.1, weightedF1: 0.12, epoch: 0, step: 0 },
    endedAt: undefined,
    progress,
    epochs: { done: 1, planned: 5 },
  };
}

function eventsOf(runId: string): RunEvent[] {
  if (runId === LIVE_ID) return liveEvents.slice(0, sent);
  if (runId === TEXT_RUN_ID) return makeTextEvents(600, 100);
  return makeEvents(state === 'large' ? 1_000_000 : 600, state === 'large' ? 100_000 : 100);
}

const evaluation: Evaluation = makeEvaluation(labelsOf(state));

const record =
  <P, R>(method: string, answer: (params: P) => R) =>
  (params: P): R => {
    calls.push({ method, params });
    return answer(params);
  };

const server = serve<DashboardContract>(installVsCode('gatescope-dev-state'), {
  runs: record('runs', () => {
    if (state === 'failing')
      throw new UserError({
        code: 'x',
        message: 'The folder of runs cannot be read.',
        remedy: 'Look at its permissions.',
      });
    const whyNot = state === 'untrusted' ? 'Training is off because this folder is in Restricted Mode.' : undefined;
    const focus = state === 'plan' ? { configPath: PLAN_PATH } : undefined;
    return { runs, focus, canTrain: whyNot === undefined, whyNot };
  }),
  metrics: record('metrics', ({ runId }) =>
    state === 'slow' ? new Promise<never>(() => undefined) : toMetricFrame(runId, 0, eventsOf(runId)),
  ),
  evaluation: record('evaluation', ({ runId }) => {
    if (runId === TEXT_RUN_ID) return makeTextEvaluation();
    return runId === LIVE_ID ? null : evaluation;
  }),
  updateRun: record('updateRun', ({ runId, name, note }) => {
    const at = runs.findIndex(({ id }) => id === runId);
    runs[at] = { ...runs[at], name: name ?? runs[at].name, note: note ?? runs[at].note };
    server.send('runsChanged', [...runs]);
  }),
  deleteRuns: record('deleteRuns', ({ runIds }) => {
    for (const id of runIds)
      runs.splice(
        runs.findIndex((run) => run.id === id),
        1,
      );
    server.send('runsChanged', [...runs]);
    return runIds;
  }),
  inspect: record('inspect', () => undefined),
  openConfig: record('openConfig', () => undefined),
  revealFolder: record('revealFolder', () => undefined),
  openExample: record('openExample', () => undefined),
  control: record('control', () => undefined),
  predict: record('predict', ({ text }) => {
    const tokens = text.split(/\s+/).filter(Boolean);
    const classes = evaluation.labels.map((label, at) => ({
      label,
      probability: at === 0 ? 0.9 : 0.1 / (evaluation.labels.length - 1),
    }));
    return { text, tokens, unknown: tokens.filter((token) => token.length > 9), truncated: 0, classes };
  }),
  generate: record('generate', ({ settings }) => {
    if (settings.prompt.includes('é')) {
      throw new UserError({ code: 'x', message: 'The prompt has what is not in the model’s vocabulary: "é".' });
    }
    return `, my lord,\nThe morning of the day is come again. <i>Exeunt</i>`;
  }),
  plan: record('plan', () => makePlan()),
  findRate: record('findRate', () => makeFoundRate()),
  useRate: record('useRate', () => undefined),
  showConfig: record('showConfig', () => undefined),
  saveFile: record('saveFile', ({ suggestedName, data }) => {
    saved.push({ name: suggestedName, data });
    return true;
  }),
});

function play(count: number, skip = 0): void {
  sent += skip;
  const events = liveEvents.slice(sent, sent + count);
  server.send('append', toMetricFrame(LIVE_ID, sent, events));
  sent += count;
  const step = events.findLast((event) => event.type === 'step');
  const live = runs.find(({ id }) => id === LIVE_ID);
  if (!step || !live?.progress) return;
  live.progress = { ...live.progress, step: step.step, loss: step.loss, epoch: step.epoch };
  server.send('runsChanged', [...runs]);
}

function goOn(from: number): void {
  sent = from;
  const live = runs.find(({ id }) => id === LIVE_ID);
  if (live) live.resumedAt = `2026-11-25T10:00:${String(from % 60).padStart(2, '0')}.000Z`;
  server.send('runsChanged', structuredClone(runs));
}

window.fixture = { play, goOn, calls, saved };
