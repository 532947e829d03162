// Warnings before training, from what was read: counts that a user would want to have seen before waiting for a score. Each names the key
// that causes it and, where one change mends it, that change.
// Invariant: a rule speaks only where the numbers are beyond its threshold, and says them. Nothing is read but the size of the machine's memory.
import { totalmem } from 'node:os';
import { countParameters } from '../engine/params/parameterPlan.ts';
import type { DataFinding } from '../protocol/engineContract.ts';
import { bytesText } from '../protocol/estimate.ts';
import { matchPatterns } from '../schema/parameterPatterns.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { UNK_ID } from '../text/types.ts';
import { grouped, shareText } from '../util/words.ts';
import { factsOf } from './estimate/dataFacts.ts';
import { epochWork } from './estimate/epochWork.ts';
import { estimateMemory, roomForTraining } from './estimate/memory.ts';
import type { LoadedData } from './loadData.ts';
import type { PreparedRun } from './prepareRun.ts';

/** Of the tokens of validation or test: beyond it a model mostly reads [UNK] where it counts. */
const MAX_UNKNOWN = 0.15;
/** Rows of the largest class for one of the smallest. */
const MAX_IMBALANCE = 10;
/** Of the training texts that fill maxLength to the last token, which those that were cut do. */
const MAX_CUT = 0.05;
/** Trained numbers outside of the embedding for one training text: beyond it they can be learned by heart many times over. */
const MAX_PARAMETERS_PER_TEXT = 500;
/** Below, two standard errors of an accuracy of 50 % (sqrt(p (1 - p) / n)) are more than ten points. */
const MIN_VALIDATION = 100;

type Prepared = Pick<PreparedRun, 'data' | 'options'>;
type Rule = (experiment: ResolvedExperiment, prepared: Prepared) => DataFinding[];

const RULES: readonly Rule[] = [unknownTokens, imbalance, cutTexts, manyParameters, smallValidation, memory];

/** In the order of the rules. */
export function preflight(experiment: ResolvedExperiment, prepared: Prepared): DataFinding[] {
  return RULES.flatMap((rule) => rule(experiment, prepared));
}

const warning = (finding: Omit<DataFinding, 'severity'>): DataFinding => ({ severity: 'warning', ...finding });

function unknownTokens({ data: sources }: ResolvedExperiment, { data }: Prepared): DataFinding[] {
  return (['validation', 'test'] as const).flatMap((part) => {
    const share = unknownShare(data, part);
    if (share <= MAX_UNKNOWN) return [];
    const message = `${shareText(share)} of the ${part} tokens are not in the vocabulary, which comes from the training texts.`;
    const remedy = 'A smaller minFrequency, lowercase, or a tokenizer of subwords or characters leaves fewer unknown.';
    const path = part === 'test' || !('split' in sources.validation) ? ['data', part] : ['text', 'tokenizer'];
    return [warning({ code: 'preflight.unknownTokens', message, remedy, path })];
  });
}

function unknownShare(data: LoadedData, part: 'validation' | 'test'): number {
  const set = data[part];
  if (!set) return 0;
  let [unknown, total] = [0, 0];
  const count = (ids: Uint32Array): void => {
    total += ids.length;
    for (const id of ids) if (id === UNK_ID) unknown++;
  };
  if ('ids' in set) count(set.ids);
  else for (let at = 0; at < set.count; at++) count(set.tokens(at));
  return total === 0 ? 0 : unknown / total;
}

function imbalance({ training }: ResolvedExperiment, { data }: Prepared): DataFinding[] {
  // Either says that rare classes count.
  const isKnown = (training.loss?.classWeights ?? 'none') !== 'none' || training.best.metric === 'validation.macroF1';
  if (data.task === 'languageModel' || isKnown) return [];
  const counts = new Uint32Array(data.labels.length);
  for (const label of data.train.labels) counts[label]++;
  const [most, least] = [counts.indexOf(Math.max(...counts)), counts.indexOf(Math.min(...counts))];
  if (counts[most] <= MAX_IMBALANCE * Math.max(1, counts[least])) return [];
  return [
    warning({
      code: 'preflight.imbalance',
      message: `"${data.labels[most]}" has ${counts[most]} training texts, "${data.labels[least]}" ${counts[least]}, and all count the same.`,
      remedy:
        '"best": { "metric": "validation.macroF1" } judges by every class alike; "loss": { "classWeights": "balanced" } also trains so, which where we measured it did not help.',
      path: ['training', 'best'],
      change: { title: 'Judge every class alike', path: ['training', 'best', 'metric'], value: 'validation.macroF1' },
    }),
  ];
}

function cutTexts({ text }: ResolvedExperiment, { data }: Prepared): DataFinding[] {
  const { maxLength } = text;
  if (data.task === 'languageModel' || maxLength === undefined) return [];
  let full = 0;
  for (let at = 0; at < data.train.count; at++) if (data.train.length(at) >= maxLength) full++;
  const share = full / data.train.count;
  if (share <= MAX_CUT) return [];
  return [
    warning({
      code: 'preflight.cut',
      message: `${shareText(share)} of the training texts reach maxLength, ${maxLength} tokens; what is longer is cut.`,
      remedy: 'A larger maxLength reads more of them, at more time an epoch.',
      path: ['text', 'maxLength'],
      change: { title: `Set maxLength to ${2 * maxLength}`, path: ['text', 'maxLength'], value: 2 * maxLength },
    }),
  ];
}

function manyParameters({ fineTune }: ResolvedExperiment, { data, options }: Prepared): DataFinding[] {
  if (data.task === 'languageModel') return [];
  const { parameters } = countParameters(options);
  const frozen = matchPatterns(fineTune?.freeze ?? [], parameters);
  const trained = parameters
    .filter(({ name, group }) => group !== 'embedding' && !frozen.has(name))
    .reduce((sum, { count }) => sum + count, 0);
  const perText = trained / data.train.count;
  if (perText <= MAX_PARAMETERS_PER_TEXT) return [];
  return [
    warning({
      code: 'preflight.manyParameters',
      message: `${grouped(trained)} parameters beside the embedding are trained on ${data.train.count} texts, ${Math.round(perText)} for each.`,
      remedy: 'A smaller hiddenSize, more dropout, or a frozen encoder of another run generalises better.',
      path: ['model', 'encoder', 'hiddenSize'],
    }),
  ];
}

function smallValidation(_experiment: ResolvedExperiment, { data }: Prepared): DataFinding[] {
  if (data.task === 'languageModel' || data.validation.count >= MIN_VALIDATION) return [];
  const { count } = data.validation;
  const points = Math.round(200 * Math.sqrt(0.25 / count));
  return [
    warning({
      code: 'preflight.smallValidation',
      message: `There are ${count} validation texts: an accuracy of 50 % is known to within ${points} points (two standard errors).`,
      remedy: 'The best epoch is chosen by them; hold out more, or trust small differences less.',
      path: ['data', 'validation'],
    }),
  ];
}

function memory({ training }: ResolvedExperiment, prepared: Prepared): DataFinding[] {
  const facts = factsOf(prepared);
  const { largest } = epochWork(prepared.options, training, facts);
  const { weights, optimizer, batch } = estimateMemory(prepared.options, largest, training.optimizer);
  const bytes = weights + optimizer + batch;
  const limit = roomForTraining(totalmem());
  if (bytes <= limit) return [];
  // Nearly all of it grows with the batch where there is too much; a power of two below leaves room for the rest.
  const share = Math.max(0, limit - weights - optimizer) / batch;
  const fitting = 2 ** Math.floor(Math.log2(training.batchSize * share));
  const change = fitting >= 1 && {
    title: `Set batchSize to ${fitting}`,
    path: ['training', 'batchSize'],
    value: fitting,
  };
  return [
    warning({
      code: 'preflight.memory',
      message: `Training takes about ${bytesText(bytes)}, ${bytesText(batch)} of it for a batch; here is room for ${bytesText(limit)}.`,
      remedy: 'A smaller batchSize, maxLength or hiddenSize takes less.',
      path: ['training', 'batchSize'],
      ...(change ? { change } : {}),
    }),
  ];
}
