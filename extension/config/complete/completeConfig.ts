// Completion in a config beyond what its schema knows: names of datasets, files, columns, runs, groups and labels of this very project.
import type { ModelOutline } from '../../schema/parameterNames.ts';
import { completeColumns } from './completeColumns.ts';
import { completeDatasets } from './completeDatasets.ts';
import { completeParameters } from './completeParameters.ts';
import {
  completePaths,
  DATA_ENDINGS,
  type PathWish,
  TOKEN_ENDINGS,
  VECTOR_ENDINGS,
  WEIGHT_ENDINGS,
} from './completePaths.ts';
import { type Completion, type CompletionSources, type Completions, quoted } from './completion.ts';
import { completeAt, type Place, type Rule, valueAt } from './rules.ts';

const paths =
  (wish: PathWish) =>
  ({ cursor, sources }: Place): Promise<Completion[]> =>
    completePaths(cursor.typed, wish, sources.probe);

const PARTS = ['train', 'validation', 'test'];
const RATE = 0.0001;
const CLASS_WEIGHT = 1;

const RULES: readonly Rule[] = [
  ...PARTS.flatMap((part): Rule[] => [
    { path: ['data', part], offer: wholeSource },
    { path: ['data', part, 'dataset'], offer: (place) => datasetsOf(place, false) },
    { path: ['data', part, 'path'], offer: paths({ endings: DATA_ENDINGS }) },
    { path: ['data', part, 'textColumn'], offer: columnsOf },
    { path: ['data', part, 'labelColumn'], offer: columnsOf },
  ]),
  { path: ['text', 'tokenizer', 'file'], offer: paths({ endings: ['.json'] }) },
  { path: ['model', 'embedding', 'vectors', 'path'], offer: paths({ endings: VECTOR_ENDINGS }) },
  { path: ['model', 'embedding', 'vectors', 'tokens'], offer: paths({ endings: TOKEN_ENDINGS }) },
  { path: ['fineTune', 'tokens'], offer: paths({ endings: TOKEN_ENDINGS }) },
  { path: ['fineTune', 'from'], offer: startsOf },
  { path: ['fineTune', 'freeze', '*'], offer: patternsOf },
  { path: ['fineTune', 'unfreeze', '*', 'groups', '*'], offer: patternsOf },
  { path: ['fineTune', 'learningRates'], isKey: true, offer: (place) => withValue(place, patternsOf(place), RATE) },
  { path: ['fineTune', 'weightDecays'], isKey: true, offer: (place) => withValue(place, patternsOf(place), 0) },
  { path: ['training', 'loss', 'classWeights'], isKey: true, offer: labelsOf },
];

/** What may stand at `offset`; undefined where the schema, or nobody, knows more. */
export function completeConfig(
  text: string,
  offset: number,
  sources: CompletionSources,
): Promise<Completions | undefined> {
  return completeAt(RULES, { text, offset, sources });
}

/** Where a source has not begun yet: a dataset stands there with one choice. */
function wholeSource(place: Place): Promise<Completion[]> | Completion[] {
  const { cursor } = place;
  return cursor.typed === '' && cursor.start === cursor.end ? datasetsOf(place, true) : [];
}

function datasetsOf({ root, sources }: Place, isWhole: boolean): Promise<Completion[]> {
  return completeDatasets(sources.probe, { isWhole, isText: valueAt(root, ['task']) === 'languageModel' });
}

function columnsOf({ cursor, root, sources }: Place): Promise<Completion[]> {
  return completeColumns(valueAt(root, cursor.path.slice(0, -1)), sources);
}

/** Runs, newest first, then files of weights. */
async function startsOf(place: Place): Promise<Completion[]> {
  const runs = await place.sources.runs();
  const latest: Completion[] = runs.some(({ path }) => path === undefined)
    ? [{ kind: 'run', label: 'latest', text: quoted('latest'), detail: 'the newest run beside this config' }]
    : [];
  const named = runs.map(({ id, name, path, detail }): Completion => {
    const text = path ?? id;
    return { kind: 'run', label: name, also: text, text: quoted(text), detail, documentation: text };
  });
  return [...latest, ...named, ...(await paths({ endings: WEIGHT_ENDINGS })(place))];
}

/** Patterns that are not in the list, or the object, yet. */
function patternsOf({ cursor, root }: Place): Completion[] {
  const model = valueAt(root, ['model']);
  const list = valueAt(root, cursor.isKey ? cursor.path : cursor.path.slice(0, -1));
  const here = valueAt(root, cursor.path);
  const taken = cursor.isKey ? [] : Array.isArray(list) ? list.filter((item) => item !== here) : [];
  return completeParameters(outlineOf(model), taken);
}

/** A model that is being typed, as far as it can be read. */
function outlineOf(model: unknown): ModelOutline {
  const { embedding, encoder, pooling } = (isObject(model) ? model : {}) as {
    embedding?: object;
    encoder?: object;
    pooling?: unknown;
  };
  const { layers, bidirectional } = (isObject(encoder) ? encoder : {}) as { layers?: unknown; bidirectional?: unknown };
  const count = typeof layers === 'number' && layers >= 1 && layers <= 16 ? Math.floor(layers) : 1;
  return {
    embedding: isObject(embedding) ? embedding : undefined,
    encoder: { layers: count, bidirectional: bidirectional === true },
    ...(typeof pooling === 'string' && { pooling }),
  };
}

async function labelsOf(place: Place): Promise<Completion[]> {
  const taken = Object.keys((valueAt(place.root, place.cursor.path) ?? {}) as object);
  const labels = (await place.sources.labels()).filter(({ label }) => !taken.includes(label));
  const items = labels.map(({ label, count }): Completion => {
    const detail = count === undefined ? undefined : `${count.toLocaleString('en-US')} training examples`;
    return { kind: 'label', label: label, text: quoted(label), detail };
  });
  return withValue(place, items, CLASS_WEIGHT);
}

/** Keys with a value to type over, where they have none yet. */
function withValue({ cursor }: Place, items: readonly Completion[], value: number): Completion[] {
  if (cursor.hasColon) return [...items];
  return items.map((item) => {
    const start = item.text.length + 2;
    const text = `${item.text}: ${value}`;
    return { ...item, text, selected: { start, end: text.length } };
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
