// gatescope trace: gates and states of a text, as a file, as JSON, or in short on the terminal.
import { resolve } from 'node:path';
import type { DirectionTrace, SignalName, Trace, TraceFormat } from '../../../protocol/trace.ts';
import { writeFileAtomic } from '../../../store/atomicWrite.ts';
import { loadRunModel, type RunModel } from '../../runModel.ts';
import { exportTrace } from '../../trace/exportTrace.ts';
import { runGradients } from '../../trace/runGradients.ts';
import { runStatistics } from '../../trace/runStatistics.ts';
import { traceRun } from '../../trace/runTrace.ts';
import { type Command, type CommandContext, EXIT, integerOption, stringOption, usageError } from '../command.ts';
import { count, ellipsis, percent, table } from '../format.ts';
import { weightedRun } from '../weightedRun.ts';

const FORMATS: Readonly<Record<string, TraceFormat>> = { '.safetensors': 'safetensors', '.npz': 'npz', '.csv': 'csv' };
const DIRECTIONS = ['forward', 'backward'] as const;
/** Columns of a token in the table. */
const TOKEN_WIDTH = 24;

export const traceCommand: Command = {
  name: 'trace',
  summary: 'Look at the gates and states of a text.',
  usage: 'gatescope trace RUN --text TEXT [options]',
  options: {
    text: { type: 'string', value: 'TEXT', description: 'The text that the network reads.' },
    epoch: {
      type: 'string',
      value: 'N',
      description: 'Weights after this epoch; 0 is before training (default: the best).',
    },
    signals: {
      type: 'string',
      value: 'LIST',
      description: 'Only these, e.g. `f,c` (LSTM: i f g o c tanhC h; GRU: r z n h).',
    },
    layer: { type: 'string', value: 'N', description: 'Only this layer, counted from 0.' },
    out: { type: 'string', value: 'FILE', description: 'Write a .safetensors, .npz or .csv file.' },
    json: {
      type: 'boolean',
      description: 'Print everything as one JSON object; signals are lists of rows, one a token.',
    },
  },
  details:
    'RUN is the folder of a run, the start of its id, its name, or `latest`. Without --out and --json a summary is printed: how much each token moves\n' +
    'the strongest score, and the mean of the forget gate (LSTM f, GRU z) and of |h| at each token.',
  run: trace,
};

async function trace(context: CommandContext): Promise<number> {
  const { positionals, cwd, output, options } = context;
  const [reference, ...more] = positionals;
  if (reference === undefined) throw usageError(traceCommand, 'trace needs a run.');
  const text = stringOption(context, 'text');
  if (text === undefined || more.length > 0) throw usageError(traceCommand, 'Give the text with --text "…".');
  if (text.trim() === '') throw usageError(traceCommand, 'The text is empty.');
  const out = stringOption(context, 'out');
  const format = out === undefined ? undefined : formatOf(out);
  const layer = integerOption(traceCommand, context, 'layer', 0);
  const signals = stringOption(context, 'signals')
    ?.split(',')
    .map((name) => name.trim()) as SignalName[] | undefined;
  const epoch = integerOption(traceCommand, context, 'epoch', 0);
  const run = await loadRunModel((await weightedRun(reference, context)).dir, epoch);
  const traced = traceRun(run, { text, signals, layers: layer === undefined ? undefined : [layer] });
  if (out !== undefined && format) {
    await writeFileAtomic(resolve(cwd, out), exportTrace(traced, format));
    output.note(`${count(traced.tokens.length)} tokens written to ${out}.`);
  } else if (options.json) output.line(JSON.stringify(toJson(traced)));
  else for (const line of await summary(run, traced)) output.line(line);
  return EXIT.ok;
}

function formatOf(path: string): TraceFormat {
  const ending = Object.keys(FORMATS).find((known) => path.toLowerCase().endsWith(known));
  if (ending) return FORMATS[ending];
  throw usageError(traceCommand, `--out needs a file that ends in ${Object.keys(FORMATS).join(', ')}, not "${path}".`);
}

/** Nine digits tell every float32 apart. */
const plain = (value: number): number => Number(value.toPrecision(9));

function rows(values: Float32Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width), plain),
  );
}

function toJson({ layers, hiddenSize, embeddings, embeddingSize = 1, pooled, attention, ...facts }: Trace): object {
  return {
    ...facts,
    hiddenSize,
    layers: layers.map((directions) =>
      directions.map(({ layer, direction, signals }) => ({
        layer,
        direction: DIRECTIONS[direction],
        signals: Object.fromEntries(Object.entries(signals).map(([name, values]) => [name, rows(values, hiddenSize)])),
      })),
    ),
    ...(embeddings ? { embeddings: rows(embeddings, embeddingSize) } : {}),
    ...(pooled ? { pooled: Array.from(pooled, plain) } : {}),
    ...(attention ? { attention: Array.from(attention, plain) } : {}),
  };
}

async function summary(run: RunModel, traced: Trace): Promise<string[]> {
  const { signal } = new AbortController();
  const { target, norms } = await runGradients(run, { runDir: run.runDir, text: traced.text }, signal);
  const full = traceRun(run, { text: traced.text, layers: traced.layers.map(([own]) => own.layer) });
  const columns = full.layers.flat().map((own) => columnsOf(own, full));
  const { attention } = full;
  const header = [
    'token',
    `d ${ellipsis(target, 12)}`,
    ...(attention ? ['attention'] : []),
    ...columns.flatMap(({ titles }) => titles),
  ];
  const tokenRows = full.tokens.map(({ text, isUnknown }, at) => [
    ellipsis(JSON.stringify(text).slice(1, -1), TOKEN_WIDTH) + (isUnknown ? ' *' : ''),
    norms[at].toFixed(4),
    ...(attention ? [percent(attention[at])] : []),
    ...columns.flatMap(({ values }) => values.map((column) => column[at].toFixed(3))),
  ]);
  const unknown = full.tokens.some(({ isUnknown }) => isUnknown)
    ? ['* is not in the vocabulary: the network read [UNK].']
    : [];
  const cut = full.truncated > 0 ? [`${count(full.truncated)} more tokens are beyond the model’s maximum.`] : [];
  return [
    describe(full),
    ...predictions(full),
    '',
    table(header, tokenRows),
    ...unknown,
    ...cut,
    '',
    ...(await units(run, traced)),
  ];
}

function describe({ cell, layerCount, directionCount, hiddenSize, epoch, runId }: Trace): string {
  const layers = layerCount === 1 ? '1 layer' : `${layerCount} layers`;
  const when = epoch === undefined ? '' : epoch === 0 ? ', before training' : `, epoch ${epoch}`;
  const directions = directionCount === 2 ? 'both directions' : 'one direction';
  return `${runId}${when}: ${cell.toUpperCase()}, ${layers}, ${directions} of ${hiddenSize} units`;
}

function predictions({ classes, nextTokens }: Trace): string[] {
  const best = classes
    ? [...classes]
        .sort((a, b) => b.probability - a.probability)
        .map(({ label, probability }) => [label, probability] as const)
    : (nextTokens?.at(-1)?.top ?? []).map(({ token, probability }) => [JSON.stringify(token), probability] as const);
  return [
    best
      .slice(0, 3)
      .map(([name, probability]) => `${name} ${percent(probability)}`)
      .join(', '),
  ];
}

/** Mean forget gate and mean |h| of one direction at each token. */
function columnsOf({ layer, direction, signals }: DirectionTrace, { cell, hiddenSize: H }: Trace) {
  const place = `${layer} ${direction === 0 ? '→' : '←'}`;
  const forget = cell === 'lstm' ? 'f' : 'z';
  const means = (values: Float32Array): number[] =>
    rows(values.map(Math.abs), H).map((row) => row.reduce((sum, value) => sum + value, 0) / H);
  const h = { titles: [`|h| ${place}`], values: [means(signals.h as Float32Array)] };
  if (cell === 'rnn') return h;
  return {
    titles: [`${forget} ${place}`, ...h.titles],
    values: [means(signals[forget] as Float32Array), ...h.values],
  };
}

/** A line a direction about its units over this text. */
async function units(run: RunModel, traced: Trace): Promise<string[]> {
  const tokens = traced.tokens.map(({ text }) => text);
  const text = { ids: Uint32Array.from(traced.tokens, ({ id }) => id), tokens };
  const { layers } = await runStatistics(run, [text], {}, new AbortController().signal);
  const shown = new Set(traced.layers.flat().map(({ layer }) => layer));
  return layers
    .flat()
    .filter(({ layer }) => shown.has(layer))
    .map(({ layer, direction, halfLife, integrators, dead, alwaysOn }) => {
      const longest = halfLife && longestMemories(halfLife);
      const lists = `${integrators.length} integrators, ${dead.length} dead, ${alwaysOn.length} always on`;
      return `Layer ${layer} ${DIRECTIONS[direction]}: ${lists}${longest ? `; longest memories: ${longest}` : ''}`;
    });
}

function longestMemories(halfLife: Float32Array): string {
  const order = Array.from(halfLife.keys()).sort((a, b) => halfLife[b] - halfLife[a] || a - b);
  return order
    .slice(0, 3)
    .map((unit) => `unit ${unit} (half-life ${halfLife[unit].toFixed(1)} tokens)`)
    .join(', ');
}
