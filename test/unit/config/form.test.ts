// The form of a config: every key has a field, the fields say what the text says, and what the form writes is what it then shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TSchema } from '@sinclair/typebox';
import { parse } from 'jsonc-parser';
import { changeForm } from '../../../extension/config/changeForm.ts';
import { brokenBy, configForm, spanAt } from '../../../extension/config/configForm.ts';
import { applyEdits } from '../../../extension/config/configText.ts';
import { validateConfig } from '../../../extension/config/validateConfig.ts';
import type { FormChange, FormField, FormPath } from '../../../extension/protocol/formContract.ts';
import { ExperimentSchema } from '../../../extension/schema/experiment.ts';
import { childrenOf } from '../../../webview/form/formView.ts';
import { FORM_TEXTS } from '../../support/formTexts.ts';
import { createRandom } from './commentedText.ts';

const MINIMAL = FORM_TEXTS.minimal;
const fieldsIn = (field: FormField): FormField[] => [field, ...childrenOf(field).flatMap(fieldsIn)];
const fieldsOf = (text: string): FormField[] => fieldsIn(configForm(text, 'trec').root);
const keyOf = (path: FormPath): string => path.map((key) => (typeof key === 'number' ? '[]' : key)).join('.');

function fieldAt(text: string, path: string): FormField {
  const found = fieldsOf(text).filter((field) => field.path.join('.') === path);
  assert.ok(found.length > 0, `there is no field ${path}`);
  return found[0];
}

const controlAt = (text: string, path: string): Record<string, unknown> => ({ ...fieldAt(text, path).control });

function changed(text: string, change: FormChange): string {
  return applyEdits(text, changeForm(text, change, configForm(text, 'trec').effective));
}

/** Every key of the schema, with `[]` for the items of lists; those that only tell branches apart are left out. */
function schemaKeys(schema: TSchema, path: string[] = []): string[] {
  const inner = [
    ...((schema.anyOf ?? []) as TSchema[]).flatMap((branch) => schemaKeys(branch, path)),
    ...(schema.items && !Array.isArray(schema.items) ? schemaKeys(schema.items as TSchema, [...path, '[]']) : []),
    ...Object.entries((schema.properties ?? {}) as Record<string, TSchema>)
      .filter(([, property]) => !('const' in property))
      .flatMap(([key, property]) => schemaKeys(property, [...path, key])),
  ];
  return [path.join('.'), ...inner];
}

/** Every form that can be had by choosing branches and switching groups on. */
function everyField(): Set<string> {
  const seen = new Set<string>();
  const texts = [MINIMAL, FORM_TEXTS.example, FORM_TEXTS.full];
  const done = new Set<string>();
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    for (const field of fieldsOf(text)) {
      const { control, path } = field;
      seen.add(keyOf(path));
      const changes: FormChange[] = [];
      if (control.kind === 'variant')
        for (const branch of control.branches.keys()) changes.push({ kind: 'choose', path, branch });
      if (control.kind === 'group' && control.isOff) changes.push({ kind: 'add', path });
      for (const change of changes) {
        const key = `${keyOf(path)} ${'branch' in change ? change.branch : ''}`;
        if (done.has(key)) continue;
        done.add(key);
        texts.push(changed(text, change));
      }
    }
  }
  return seen;
}

test('every key of the schema has a field', () => {
  const wanted = schemaKeys(ExperimentSchema).filter((key) => key !== '$schema');
  const seen = everyField();
  assert.ok(wanted.length > 90, `${wanted.length} keys`);
  assert.deepEqual(
    [...new Set(wanted)].filter((key) => !seen.has(key)),
    [],
  );
});

test('a field shows what stands in the text, as it is written, and what counts where nothing does', () => {
  const text = FORM_TEXTS.example;
  assert.deepEqual(controlAt(text, 'training.optimizer.learningRate'), {
    kind: 'number',
    value: '1e-3',
    byDefault: '0.001',
    isInteger: false,
    expected: 'a number above 0 and of at most 100',
  });
  const unset = controlAt(text, 'training.batchSize');
  assert.deepEqual([unset.value, unset.byDefault, fieldAt(text, 'training.batchSize').isSet], [undefined, '32', false]);
  assert.equal(controlAt(MINIMAL, 'name').byDefault, 'trec');
  assert.equal(controlAt(text, 'text.tokenizer.lowercase').value, true);
  assert.equal(controlAt(text, 'data.train.header').byDefault, undefined);
  assert.equal(fieldAt(text, 'data.train').label, 'Train');
  assert.equal(fieldAt(text, 'training.maxBadRowShare'.replace('training', 'data')).label, 'Max bad row share');
});

test('defaults are those of the kind that stands there, and of the task', () => {
  const sgd = changed(MINIMAL, { kind: 'choose', path: ['training', 'optimizer'], branch: 2 });
  assert.equal(controlAt(sgd, 'training.optimizer.learningRate').byDefault, '0.1');
  const metricOf = (text: string): unknown => controlAt(text, 'training.best.metric').byDefault;
  assert.equal(metricOf(MINIMAL), 'validation.accuracy');
  const language = changed(MINIMAL, { kind: 'set', path: ['task'], value: 'languageModel' });
  assert.equal(metricOf(language), 'validation.loss');
  assert.equal(controlAt(language, 'training.sequenceLength').byDefault, '64');
  // With an error elsewhere in the config the kind still decides.
  const wrong = changed(sgd, { kind: 'set', path: ['training', 'epochs'], value: -1 });
  assert.equal(controlAt(wrong, 'training.optimizer.learningRate').byDefault, '0.1');
});

test('a group is off where its absence means something', () => {
  const offIn = (text: string): string[] =>
    fieldsOf(text)
      .filter(({ control }) => control.kind === 'group' && control.isOff)
      .map(({ path }) => path.join('.'));
  assert.deepEqual(offIn(MINIMAL), ['model.embedding.vectors', 'training.clip', 'training.earlyStopping', 'fineTune']);
  const withClip = changed(MINIMAL, { kind: 'add', path: ['training', 'clip'] });
  assert.deepEqual(parse(withClip).training, { clip: {} });
  assert.ok(!offIn(withClip).includes('training.clip'));
});

test('a key of an absent object brings what must stand beside it', () => {
  const rate: FormChange = { kind: 'set', path: ['training', 'optimizer', 'learningRate'], value: 0.01 };
  assert.deepEqual(parse(changed(MINIMAL, rate)).training, { optimizer: { type: 'adam', learningRate: 0.01 } });
  const beta: FormChange = { kind: 'set', path: ['training', 'optimizer', 'betas', 1], value: 0.95 };
  assert.deepEqual(parse(changed(MINIMAL, beta)).training.optimizer, { type: 'adam', betas: [0.9, 0.95] });
  const init: FormChange = { kind: 'set', path: ['model', 'embedding', 'init', 'uniform'], value: 0.1 };
  assert.deepEqual(parse(changed(MINIMAL, init)).model.embedding, { init: { uniform: 0.1 } });
  const split: FormChange = { kind: 'set', path: ['data', 'validation', 'split'], value: 0.2 };
  assert.deepEqual(parse(changed(MINIMAL, split)).data.validation, { split: 0.2 });
});

test('another kind keeps what both know', () => {
  const text = changed(FORM_TEXTS.example, { kind: 'choose', path: ['model', 'encoder'], branch: 2 });
  assert.deepEqual(parse(text).model.encoder, { type: 'rnn', hiddenSize: 100, bidirectional: true });
  assert.match(text, /"bidirectional": true \}, \/\/ both ways/);
  const dataset = changed(text, { kind: 'choose', path: ['data', 'train'], branch: 1 });
  assert.deepEqual(Object.keys(parse(dataset).data.train), ['dataset']);
  assert.match(dataset, /\/\/ Labels come first/);
});

test('lists and maps: add, move, remove', () => {
  const { example } = FORM_TEXTS;
  const probes = ['probes'];
  const added = changed(example, { kind: 'add', path: probes, value: 'Why ?' });
  assert.deepEqual(parse(added).probes.length, 3);
  const moved = changed(added, { kind: 'move', path: ['probes', 2], by: -1 });
  assert.equal(parse(moved).probes[1], 'Why ?');
  assert.equal(changed(moved, { kind: 'move', path: ['probes', 0], by: -1 }), moved);
  assert.deepEqual(parse(changed(moved, { kind: 'reset', path: ['probes', 1] })).probes, parse(example).probes);
  const map = changed(MINIMAL, { kind: 'add', path: ['fineTune', 'learningRates'], key: 'head' });
  assert.deepEqual(parse(map).fineTune, { learningRates: { head: 1 } });
  const unfreeze = changed(MINIMAL, { kind: 'add', path: ['fineTune', 'unfreeze'] });
  assert.deepEqual(parse(unfreeze).fineTune, { unfreeze: [{ epoch: 1, groups: [] }] });
  const cleaning = controlAt(example, 'text.cleaning').adds as { options: { value: string }[] };
  assert.ok(cleaning.options.every(({ value }) => value !== 'nfc' && value !== 'stripHtml'));
});

test('the first change of an empty file writes what was typed, and the start writes the smallest config', () => {
  const named = changed('// mine\n', { kind: 'set', path: ['name'], value: 'TREC' });
  assert.equal(named, '// mine\n{\n  "name": "TREC"\n}\n');
  const started = changed('// mine\n', { kind: 'start' });
  assert.match(started, /^\/\/ mine\n\{\n/);
  assert.deepEqual(validateConfig(started).problems, []);
  assert.deepEqual(changed(started, { kind: 'start' }), started);
  assert.equal(configForm('// mine\n', 'x').isBlank, true);
  assert.deepEqual(configForm('', 'x').root.problems, []);
});

test('every problem stands at one field, at the nearest there is', () => {
  const text = FORM_TEXTS.errors;
  const { problems } = validateConfig(text);
  const shown = fieldsOf(text).flatMap((field) =>
    field.problems.map((problem) => ({ path: field.path.join('.'), problem })),
  );
  assert.deepEqual(shown.map(({ problem }) => problem.message).sort(), problems.map(({ message }) => message).sort());
  const places = Object.fromEntries(shown.map(({ path, problem }) => [path, problem.fixes]));
  assert.deepEqual(places, {
    'data.train': ['Change to "format"', 'Remove "fromat"'],
    'model.encoder.hiddenSize': ['Change to 1'],
    'model.pooling': ['Change to "last"'],
    'training.epochs': ['Change to 10'],
    'training.batchSize': ['Change to 2'],
    'engine.threads': ['Change to 1'],
  });
  assert.deepEqual(controlAt(text, 'training.epochs'), { kind: 'other', value: '"many"' });
});

test('a text that breaks says where', () => {
  assert.equal(brokenBy(MINIMAL), undefined);
  assert.equal(brokenBy('// nothing'), undefined);
  assert.equal(brokenBy('[1]')?.line, 1);
  const { line, message } = brokenBy(MINIMAL.replace('},\n', '}\n')) ?? {};
  assert.deepEqual([line, message], [3, 'A comma is expected here.']);
  const span = spanAt(MINIMAL, ['model', 'encoder', 'type']);
  assert.equal(MINIMAL.slice(span?.start, span?.end), '"lstm"');
});

test('500 seeded changes of forms: the field shows what was set, and a reset shows the default again', () => {
  let resets = 0;
  for (let seed = 1; seed <= 500; seed++) {
    const random = createRandom(seed);
    const text = [MINIMAL, FORM_TEXTS.example, FORM_TEXTS.full, ''][seed % 4];
    const plain = fieldsOf(text).filter(({ control }) => ['text', 'number', 'flag', 'choice'].includes(control.kind));
    const field = plain[Math.floor(random() * plain.length)];
    const { path, control } = field;
    const value =
      control.kind === 'number'
        ? Math.round(random() * 1000) / (control.kind === 'number' && control.isInteger ? 1 : 1000)
        : control.kind === 'flag'
          ? random() < 0.5
          : control.kind === 'choice'
            ? control.options[Math.floor(random() * control.options.length)].value
            : 'a "text" \\ 🙂';
    const after = changed(text, { kind: 'set', path, value });
    const what = `${seed}: ${path.join('.')} = ${JSON.stringify(value)}\n${after}`;
    assert.equal(brokenBy(after), undefined, what);
    const shown = fieldsOf(after)
      .filter((each) => each.path.join('\0') === path.join('\0'))
      .at(-1);
    const now = shown && 'value' in shown.control ? shown.control.value : undefined;
    assert.equal(control.kind === 'number' ? Number(now) : now, value, what);
    if (field.isRequired || typeof path.at(-1) === 'number') continue;
    const back = changed(after, { kind: 'reset', path });
    const reset = fieldsOf(back).find((each) => each.path.join('\0') === path.join('\0'));
    assert.equal(reset?.isSet ?? false, false, what);
    resets++;
  }
  assert.ok(resets > 300, `${resets} resets`);
});

test('a change at a place that no field has leaves a whole text behind, and other keys alone', () => {
  const text = FORM_TEXTS.full;
  const others = parse(text) as Record<string, unknown>;
  const odd: FormPath[] = [
    [],
    ['__proto__'],
    ['name', '__proto__', 'x'],
    ['name', 3],
    ['training', 'optimizer', 'betas', 5],
    ['probes', 9, 'x'],
    ['nothing', 0, 'of', 'that'],
  ];
  const kinds: ((path: FormPath) => FormChange)[] = [
    (path) => ({ kind: 'set', path, value: 3 }),
    (path) => ({ kind: 'reset', path }),
    (path) => ({ kind: 'choose', path, branch: 0 }),
    (path) => ({ kind: 'add', path }),
    (path) => ({ kind: 'add', path, key: '__proto__' }),
    (path) => ({ kind: 'move', path, by: -1 }),
  ];
  for (const path of odd) {
    for (const make of kinds) {
      const change = make(path);
      const after = changed(text, change);
      assert.equal(brokenBy(after), undefined, `${JSON.stringify(change)}\n${after}`);
      const value = parse(after) as Record<string, unknown>;
      for (const key of Object.keys(others)) {
        if (key !== path[0]) assert.deepEqual(value[key], others[key], JSON.stringify(change));
      }
      if (path.length === 0) assert.equal(after, text);
    }
  }
});
