// Statistics of a run's units over texts: traces of small batches go into the counters and are gone.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBatch } from '../../engine/layers/batch.ts';
import { ANNOTATION_KINDS, type Annotations, annotate } from '../../engine/trace/annotations.ts';
import { signalsOf } from '../../engine/trace/signals.ts';
import { DirectionCounter } from '../../engine/trace/statistics.ts';
import { traceBatch } from '../../engine/trace/traceBatch.ts';
import type { SignalName } from '../../protocol/trace.ts';
import type { AnnotationName, StatisticsRequest, TraceStatistics } from '../../protocol/traceAnalysis.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { RunModel } from '../runModel.ts';
import type { SampledText } from './textSample.ts';

/** Tokens that are traced at once: others get a turn in between. */
const BATCH_TOKENS = 1024;
const DEFAULT_THRESHOLDS = { left: 0.1, right: 0.9 };

/** Throws UserError `statistics.noTexts`, `statistics.thresholds`, `trace.noSignal`. */
export async function runStatistics(
  run: RunModel,
  texts: readonly SampledText[],
  { thresholds = DEFAULT_THRESHOLDS, correlate }: Pick<StatisticsRequest, 'thresholds' | 'correlate'>,
  signal: AbortSignal,
): Promise<TraceStatistics> {
  const { model } = run;
  const { encoder } = model.shape.model;
  check(run, texts, { thresholds, correlate });
  const correlated = correlate ?? (encoder.type === 'lstm' ? 'c' : 'h');
  const annotations = annotationsOf(run, texts);
  const counters = createCounters(run, { thresholds, correlated, annotationCount: annotations.length });
  let tokenCount = 0;
  for (const group of batches(texts)) {
    const columns = annotations.map((name) => columnOf(group, name));
    const { layers } = traceBatch(model, createBatch(group.map(({ ids }) => ids)));
    for (const [at, traced] of layers.flat().entries()) counters[at].add(traced, columns);
    tokenCount += columns[0].length;
    await nextTurn();
    if (signal.aborted) throw new CancelledError();
  }
  const directions = encoder.bidirectional ? 2 : 1;
  const finished = counters.map((counter) => counter.finish());
  return {
    epoch: run.epoch,
    textCount: texts.length,
    tokenCount,
    thresholds,
    correlated,
    annotations,
    layers: Array.from({ length: encoder.layers }, (_, layer) =>
      finished.slice(layer * directions, (layer + 1) * directions),
    ),
  };
}

function check(
  { model }: RunModel,
  texts: readonly SampledText[],
  { thresholds, correlate }: Pick<StatisticsRequest, 'thresholds' | 'correlate'>,
): void {
  const { left, right } = thresholds ?? DEFAULT_THRESHOLDS;
  if (texts.length === 0) {
    throw new UserError({ code: 'statistics.noTexts', message: 'There are no texts to gather statistics over.' });
  }
  if (!(left >= 0 && left < right && right <= 1)) {
    throw new UserError({
      code: 'statistics.thresholds',
      message: `The thresholds ${left} and ${right} do not part 0 to 1 into low, middle and high.`,
      remedy: 'Give a left one from 0 and a right one up to 1 that is larger.',
    });
  }
  const { type } = model.shape.model.encoder;
  if (correlate === undefined || signalsOf(type).includes(correlate)) return;
  throw new UserError({
    code: 'trace.noSignal',
    message: `The model’s cells are ${type.toUpperCase()}s: they have no signal "${correlate}".`,
    remedy: `Choose from ${signalsOf(type).join(', ')}.`,
  });
}

/** Classes are told apart only where there are texts of several. */
function annotationsOf({ labels }: RunModel, texts: readonly SampledText[]): AnnotationName[] {
  const seen = new Set(texts.map(({ label }) => label));
  const classes = seen.size > 1 ? labels.filter((label) => seen.has(label)) : [];
  return [
    ...ANNOTATION_KINDS.map((kind) => ({ kind })),
    ...classes.map((label) => ({ kind: 'class' as const, label })),
  ];
}

function createCounters(
  { model }: RunModel,
  options: { thresholds: { left: number; right: number }; correlated: SignalName; annotationCount: number },
): DirectionCounter[] {
  const { encoder } = model.shape.model;
  const { correlated, ...rest } = options;
  const shared = { ...rest, correlate: correlated, cell: encoder.type, hiddenSize: encoder.hiddenSize };
  const directions = encoder.bidirectional ? ([0, 1] as const) : ([0] as const);
  return Array.from({ length: encoder.layers }, (_, layer) =>
    directions.map((direction) => new DirectionCounter({ layer, direction }, shared)),
  ).flat();
}

interface AnnotatedText extends SampledText {
  annotations: Annotations;
}

/** Texts, a batch's worth at a time. */
function* batches(texts: readonly SampledText[]): Generator<AnnotatedText[]> {
  let group: AnnotatedText[] = [];
  let tokens = 0;
  for (const text of texts) {
    group.push({ ...text, annotations: annotate(text.tokens) });
    tokens += text.ids.length;
    if (tokens < BATCH_TOKENS) continue;
    yield group;
    [group, tokens] = [[], 0];
  }
  if (group.length > 0) yield group;
}

/** An annotation of all tokens of a batch, in token order. */
function columnOf(group: readonly AnnotatedText[], { kind, label }: AnnotationName): Float32Array {
  return Float32Array.from(
    group.flatMap((text) =>
      kind === 'class'
        ? Array.from(text.ids, () => (text.label === label ? 1 : 0))
        : Array.from(text.annotations[kind]),
    ),
  );
}
