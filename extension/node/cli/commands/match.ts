// gatescope match: places in the data where the units are on that are on through a span of a text.
import { relative, resolve } from 'node:path';
import type { SignalName } from '../../../protocol/trace.ts';
import type { MatchHit, MatchRequest, MatchResult } from '../../../protocol/traceAnalysis.ts';
import { createFileSource } from '../../fileSource.ts';
import { loadRunModel } from '../../runModel.ts';
import { selectAndMatch } from '../../trace/matchPlaces.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  stringOption,
  usageError,
} from '../command.ts';
import { count, ellipsis, table } from '../format.ts';
import { weightedRun } from '../weightedRun.ts';

const SPLITS = ['train', 'validation', 'test'] as const;
const DEFAULT_THRESHOLD = 0.3;
const DEFAULT_TOP = 20;
const LISTED_UNITS = 20;
const CONTEXT_WIDTH = 90;

export const matchCommand: Command = {
  name: 'match',
  summary: 'Find places in the data where the same units are on.',
  usage: 'gatescope match RUN --text TEXT --from N --to N [options]',
  options: {
    text: { type: 'string', value: 'TEXT', description: 'The text that holds the span.' },
    from: { type: 'string', value: 'N', description: 'First token of the span, counted from 0.' },
    to: { type: 'string', value: 'N', description: 'Last token of the span.' },
    threshold: { type: 'string', value: 'X', description: `A unit is on from here on (default ${DEFAULT_THRESHOLD}).` },
    signal: { type: 'string', value: 'NAME', description: 'What is looked at (default: c of an LSTM, else h).' },
    layer: { type: 'string', value: 'N', description: 'Layer, counted from 0 (default: the last).' },
    backward: { type: 'boolean', description: 'The direction that reads from the end.' },
    'off-left': { type: 'boolean', description: 'Only units that are off at the token before the span.' },
    'off-right': { type: 'boolean', description: 'Only units that are off at the token after the span.' },
    split: { type: 'string', value: 'NAME', description: 'Which data to search: train (default), validation or test.' },
    data: {
      type: 'string',
      value: 'FILE',
      description: 'Search this file instead; it lies as the run’s test data does.',
    },
    top: { type: 'string', value: 'N', description: `Places to show (default ${DEFAULT_TOP}).` },
    epoch: { type: 'string', value: 'N', description: 'Weights after this epoch (default: the best).' },
    json: JSON_OPTION,
  },
  details:
    'RUN is the folder of a run, the start of its id, its name, or `latest`. `gatescope trace` shows the tokens of a text.',
  run: match,
};

async function match(context: CommandContext): Promise<number> {
  const { positionals, cwd, output, options } = context;
  const [reference] = positionals;
  if (reference === undefined || positionals.length > 1)
    throw usageError(matchCommand, 'match needs one run, and the text with --text "…".');
  const run = await loadRunModel(
    (await weightedRun(reference, context)).dir,
    integerOption(matchCommand, context, 'epoch', 0),
  );
  const { encoder } = run.model.shape.model;
  const request: MatchRequest = {
    ...spanOf(context),
    requestId: 'match',
    runDir: run.runDir,
    layer: integerOption(matchCommand, context, 'layer', 0) ?? encoder.layers - 1,
    direction: options.backward ? 1 : 0,
    signal: (stringOption(context, 'signal') as SignalName | undefined) ?? (encoder.type === 'lstm' ? 'c' : 'h'),
    data: dataOf(context),
    isOffLeft: options['off-left'] === true,
    isOffRight: options['off-right'] === true,
    top: integerOption(matchCommand, context, 'top', 1) ?? DEFAULT_TOP,
  };
  const controller = new AbortController();
  context.onInterrupt(() => controller.abort());
  const onProgress = (): void => undefined;
  const result = await selectAndMatch(run, request, {
    files: createFileSource(),
    signal: controller.signal,
    onProgress,
  });
  if (options.json) for (const hit of result.hits) output.line(JSON.stringify(hit));
  else for (const line of describe(result, cwd)) output.line(line);
  return EXIT.ok;
}

function spanOf(context: CommandContext): Pick<MatchRequest, 'text' | 'from' | 'to' | 'threshold'> {
  const text = stringOption(context, 'text');
  const from = integerOption(matchCommand, context, 'from', 0);
  const to = integerOption(matchCommand, context, 'to', 0);
  if (text === undefined || from === undefined || to === undefined) {
    throw usageError(matchCommand, 'match needs --text, --from and --to.');
  }
  const given = stringOption(context, 'threshold');
  const threshold = given === undefined ? DEFAULT_THRESHOLD : Number(given);
  if (given?.trim() === '' || !Number.isFinite(threshold)) {
    throw usageError(matchCommand, `--threshold needs a number, not "${given}".`);
  }
  return { text, from, to, threshold };
}

function dataOf(context: CommandContext): MatchRequest['data'] {
  const path = stringOption(context, 'data');
  const split = stringOption(context, 'split');
  if (path !== undefined && split !== undefined) throw usageError(matchCommand, 'Give --data or --split, not both.');
  if (path !== undefined) return { path: resolve(context.cwd, path) };
  const known = SPLITS.find((name) => name === (split ?? 'train'));
  if (!known) throw usageError(matchCommand, `--split is ${SPLITS.join(', ')}, not "${split}".`);
  return { split: known };
}

function describe({ cells, hits, tokensRead, textsRead }: MatchResult, cwd: string): string[] {
  const units = [...cells.subarray(0, LISTED_UNITS)].join(', ') + (cells.length > LISTED_UNITS ? ', …' : '');
  const searched = `${count(tokensRead)} tokens${textsRead > 1 ? ` of ${count(textsRead)} texts` : ''} searched`;
  const head = [`${cells.length} units are on through the span: ${units}`, searched, ''];
  if (hits.length === 0) return [...head, 'None of them is on through another span.'];
  const isLabelled = hits.some(({ label }) => label !== undefined);
  const rows = hits.map((hit) => [
    hit.jaccard.toFixed(3),
    `${relative(cwd, hit.path)}:${hit.line}`,
    ...(isLabelled ? [hit.label ?? ''] : []),
    ellipsis(marked(hit), CONTEXT_WIDTH),
  ]);
  return [...head, table(['jaccard', 'place', ...(isLabelled ? ['label'] : []), 'context'], rows)];
}

/** The context with the span in brackets. */
function marked({ tokens, from, to }: MatchHit): string {
  const isSpaced = tokens.some((token) => Array.from(token).length > 1);
  const join = (part: readonly string[]): string => part.join(isSpaced ? ' ' : '');
  const parts = [join(tokens.slice(0, from)), `[${join(tokens.slice(from, to + 1))}]`, join(tokens.slice(to + 1))];
  return parts.filter((part) => part !== '').join(isSpaced ? ' ' : '');
}
