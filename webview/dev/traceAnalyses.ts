// What is worked out from made-up networks: statistics that are counted, gradients and matches that only look like real ones.
// Pure and the same every time.
import { GATE_SIGNALS, type Trace } from '../../extension/protocol/trace.ts';
import type {
  AnnotationName,
  Connectivity,
  DirectionStatistics,
  GradientTrace,
  MatchHit,
  MatchResult,
  TraceStatistics,
} from '../../extension/protocol/traceAnalysis.ts';

const ANNOTATIONS: readonly AnnotationName[] = [
  { kind: 'position' },
  { kind: 'bracketDepth' },
  { kind: 'insideQuotes' },
  { kind: 'tokenLength' },
];

/** 0 to 1, and depends on the number only. */
const noise = (at: number): number => Math.abs(Math.sin(at * 12.9898 + 4.1) * 43758.5453) % 1;

/** Over traces of all layers of one network. */
export function statisticsOf(
  traces: readonly Trace[],
  thresholds: { left: number; right: number },
  correlated: 'c' | 'h' | string,
): TraceStatistics {
  const [first] = traces;
  const labels = first.classes?.map(({ label }) => label) ?? [];
  const annotations = [...ANNOTATIONS, ...labels.map((label): AnnotationName => ({ kind: 'class', label }))];
  return {
    epoch: first.epoch,
    textCount: traces.length,
    tokenCount: traces.reduce((total, { tokens }) => total + tokens.length, 0),
    thresholds,
    correlated: correlated as TraceStatistics['correlated'],
    annotations,
    layers: first.layers.map((directions, layer) =>
      directions.map((_, direction) =>
        directionStatistics(traces, { layer, direction }, { thresholds, annotations: annotations.length }),
      ),
    ),
  };
}

function directionStatistics(
  traces: readonly Trace[],
  at: { layer: number; direction: number },
  options: { thresholds: { left: number; right: number }; annotations: number },
): DirectionStatistics {
  const parts = traces.map(({ layers }) => layers[at.layer][at.direction]);
  const [{ layer, direction, signals }] = parts;
  const units = traces[0].hiddenSize;
  const mean = (name: keyof typeof signals, count: (value: number) => number): Float32Array => {
    const sums = new Float32Array(units);
    let steps = 0;
    for (const part of parts) {
      const values = part.signals[name] ?? new Float32Array();
      for (let place = 0; place < values.length; place++) sums[place % units] += count(values[place]);
      steps += values.length / units;
    }
    return sums.map((sum) => sum / steps);
  };
  const gates = (Object.keys(signals) as (keyof typeof signals)[]).filter((name) => GATE_SIGNALS.has(name));
  const keeps = gates.includes('f') ? 'f' : gates.includes('z') ? 'z' : undefined;
  const halfLife = keeps && mean(keeps, (value) => value).map((share) => Math.log(0.5) / Math.log(share));
  const pick = (isIn: (unit: number) => boolean): Uint32Array =>
    Uint32Array.from(Array.from({ length: units }, (_, unit) => unit).filter(isIn));
  const { left, right } = options.thresholds;
  return {
    layer,
    direction,
    saturation: gates.map((signal) => ({
      signal,
      left: mean(signal, (value) => (value < left ? 1 : 0)),
      right: mean(signal, (value) => (value > right ? 1 : 0)),
    })),
    summary: [],
    halfLife,
    integrators: pick((unit) => (halfLife?.[unit] ?? 0) > 8),
    dead: pick((unit) => noise(unit + 100 * layer) > 0.97),
    alwaysOn: pick((unit) => noise(unit * 3 + 50 * layer + direction) > 0.95),
    correlations: Array.from({ length: options.annotations }, (_, annotation) =>
      Float32Array.from({ length: units }, (__, unit) =>
        unit % 17 === 3 ? Number.NaN : 2 * noise(unit * 7 + annotation * 31 + layer) ** 2 - 1,
      ),
    ),
  };
}

/** Attributions that add up but for an error that falls with the number of steps. */
export function gradientsOf(
  trace: Trace,
  target: string | undefined,
  integratedSteps: number | undefined,
): GradientTrace {
  const best = trace.classes?.reduce((most, each) => (each.probability > most.probability ? each : most));
  const chosen = trace.classes?.find(({ label }) => label === target) ?? best;
  const logit = chosen?.logit ?? 2.5;
  const weights = trace.tokens.map(({ text }, at) => noise(text.length * 5 + at) ** 2 * (text.length > 2 ? 1 : 0.2));
  const baselineLogit = -0.75;
  const signed = Float32Array.from(weights, (weight, at) => weight * (noise(at * 3 + 1) > 0.3 ? 1 : -1));
  const sum = signed.reduce((total, value) => total + value, 0);
  const completenessError = integratedSteps ? 0.4 / integratedSteps : 0;
  return {
    target: chosen?.label ?? target ?? 'e',
    position: trace.classes ? undefined : trace.tokens.length - 1,
    logit,
    norms: Float32Array.from(weights),
    inputTimesGradient: signed,
    integrated: integratedSteps
      ? {
          steps: integratedSteps,
          attributions: signed.map(
            (value) => value + (logit - baselineLogit + completenessError - sum) / signed.length,
          ),
          baselineLogit,
          completenessError,
        }
      : undefined,
  };
}

/** Falls with the distance, and is zero for what was not read yet. */
export function connectivityOf(tokenCount: number, layer: number, direction: 0 | 1): Connectivity {
  const norms = new Float32Array(tokenCount * tokenCount);
  for (let t = 0; t < tokenCount; t++) {
    for (let s = 0; s < tokenCount; s++) {
      const distance = direction === 0 ? t - s : s - t;
      if (distance < 0 && layer === 0) continue;
      norms[t * tokenCount + s] =
        (0.3 + 1.2 * noise(s)) * Math.exp(-Math.abs(distance) * (0.25 + 0.5 * noise(s * 3 + 1)));
    }
  }
  return { layer, direction, tokenCount, norms };
}

const SENTENCES = [
  'What is the name of the chocolate company in San Francisco ?',
  'Who wrote the " Farmer \'s Almanac " ?',
  'How many ( small ) towns are there in the whole of Nebraska ?',
  'When was <b>Ozzy Osbourne</b> born ?',
];

export function matchesOf(cells: Uint32Array, top: number, span: number): MatchResult {
  const hits = Array.from({ length: top }, (_, at): MatchHit => {
    const tokens = SENTENCES[at % SENTENCES.length].split(' ');
    const from = at % (tokens.length - span);
    const shared = Math.max(1, Math.round(cells.length * Math.exp(-at / 60)));
    const count = shared + (at % 4);
    return {
      jaccard: shared / (cells.length + count - shared),
      count,
      shared,
      path: '/data/TREC.train.all',
      line: at * 5 + 1,
      label: ['HUM', 'ENTY', 'NUM'][at % 3],
      tokens,
      from,
      to: from + span - 1,
      position: from,
    };
  });
  return { cells, hits, textsRead: 5452, tokensRead: 55_390 };
}
