// Stands in for VS Code in a plain browser: answers the dataset page from made-up rows.
// `?state=` chooses: none, empty, one, large, huge, labels, hostile, long, rtl, chinese, counting, broken, slow, looking, failing, untrusted, advice.
import type { DatasetContract } from '../../extension/protocol/datasetContract.ts';
import type { RowFilter } from '../../extension/protocol/datasetTable.ts';
import { serve } from '../../extension/protocol/rpc.ts';
import { CancelledError, UserError } from '../../extension/util/userError.ts';
import { ADVICE } from './adviceFixture.ts';
import { DATASET_PATH, makeDataset, makeTable, passes, previewOf, reportAfter, rowOf } from './datasetFixtures.ts';
import { installVsCode } from './pageTransport.ts';

const SCANNED_AT_ONCE = 50_000;
const state = new URLSearchParams(location.search).get('state') ?? 'small';
const dataset = makeDataset(state);
const calls: { method: string; params: unknown }[] = [];
let isFixed = false;
let matches: { filter: string; rows: number[] } = { filter: '', rows: [] };

const record =
  <P, R>(method: string, answer: (params: P, context: { signal: AbortSignal }) => R) =>
  (params: P, context: { signal: AbortSignal }): R => {
    calls.push({ method, params });
    return answer(params, context);
  };

async function find(filter: RowFilter, signal: AbortSignal): Promise<{ found: number }> {
  const rows: number[] = [];
  matches = { filter: JSON.stringify(filter), rows };
  for (let row = 0; row < dataset.rows; row++) {
    if (passes(dataset, row, filter, isFixed)) rows.push(row);
    if (row % SCANNED_AT_ONCE !== SCANNED_AT_ONCE - 1) continue;
    server.send('filtering', { path: DATASET_PATH, found: rows.length, fraction: row / dataset.rows });
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) throw new CancelledError();
  }
  if (state === 'slow')
    await new Promise((_, fail) => signal.addEventListener('abort', () => fail(new CancelledError())));
  return { found: rows.length };
}

function changed(fixed: boolean): void {
  isFixed = fixed;
  server.send('manifestChanged', { path: DATASET_PATH });
}

const server = serve<DatasetContract>(installVsCode('gatescope-dev-dataset'), {
  datasets: record('datasets', () => {
    const names = [
      { path: DATASET_PATH, title: 'weather', folder: 'data' },
      { path: '/data/trec.dataset.json', title: 'trec', folder: 'data/questions' },
    ];
    const whyNot =
      state === 'untrusted' ? 'Looking at data is off because this folder is in Restricted Mode.' : undefined;
    const focus = state === 'advice' ? ({ path: DATASET_PATH, section: 'advice' } as const) : undefined;
    return { datasets: state === 'none' ? [] : names, focus, whyNot };
  }),
  openTable: record('openTable', () => {
    if (state === 'failing') {
      throw new UserError({
        code: 'data.fileMissing',
        message: '/data/weather.csv does not exist.',
        remedy: 'Give a path that is there.',
      });
    }
    const table = makeTable(dataset, isFixed, !['counting', 'broken'].includes(state));
    return state === 'broken'
      ? { ...table, error: 'A quote opens here and is never closed. Close it, or double it.' }
      : table;
  }),
  rows: record('rows', ({ start, count, filter }) => {
    const known = filter ? matches.rows : undefined;
    if (filter && matches.filter !== JSON.stringify(filter)) return [];
    const end = Math.min(start + count, known?.length ?? dataset.rows);
    return Array.from({ length: Math.max(0, end - start) }, (_, at) =>
      rowOf(dataset, known ? known[start + at] : start + at, isFixed),
    );
  }),
  row: record('row', ({ row }) => ({ ...rowOf(dataset, row, isFixed), text: dataset.text(row).slice(0, 40_000) })),
  filter: record('filter', ({ filter }, { signal }) => find(filter, signal)),
  describe: record('describe', (_, { signal }) => {
    if (state !== 'looking' || calls.filter(({ method }) => method === 'describe').length > 1) {
      return reportAfter(dataset.report, isFixed);
    }
    server.send('looking', { fraction: 0.3 });
    return new Promise<never>((_resolve, fail) => signal.addEventListener('abort', () => fail(new CancelledError())));
  }),
  configs: record('configs', () => [{ path: '/data/weather.gatescope.json', title: 'weather', maxLength: 30 }]),
  leaveOut: record('leaveOut', () => {
    changed(true);
    return { rows: 20 };
  }),
  putBack: record('putBack', () => changed(false)),
  previewTokens: record('previewTokens', ({ text, config }, { signal }) => {
    if (state === 'slow') {
      return new Promise<never>((_resolve, fail) => signal.addEventListener('abort', () => fail(new CancelledError())));
    }
    const tokens = text.split(/\s+/).filter((token) => token !== '');
    return {
      tokenizer: 'word',
      vocabulary: 41_230,
      maxLength: config === undefined ? 128 : 30,
      count: tokens.length,
      unknown: tokens.filter((token) => token.length > 8).length,
      tokens: tokens.map((token, at) => ({
        token,
        id: token.length > 8 ? 1 : 2 + ((at * 7) % 50),
        isUnknown: token.length > 8,
      })),
    };
  }),
  advise: record('advise', (_, { signal }) =>
    state === 'looking'
      ? new Promise<never>((_resolve, fail) => signal.addEventListener('abort', () => fail(new CancelledError())))
      : ADVICE,
  ),
  previewSplits: record('previewSplits', ({ splits }) => previewOf(dataset, splits, isFixed)),
  writeSplits: record('writeSplits', ({ splits }) => {
    dataset.manifest = { ...dataset.manifest, splits };
    changed(isFixed);
  }),
  openRow: record('openRow', () => undefined),
  openManifest: record('openManifest', () => undefined),
  newExperiment: record('newExperiment', () => undefined),
});

Object.assign(window, { fixture: { calls } });
