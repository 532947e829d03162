// A change of one value in a config's text: over 1,000 seeded edits of texts with comments everywhere nothing else changes.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { findNodeAtLocation, type ParseError, parse, parseTree, visit } from 'jsonc-parser';
import { applyEdits, type JsonPath } from '../../../extension/config/configText.ts';
import { editConfig } from '../../../extension/config/editConfig.ts';
import { expandSnippet } from '../../../extension/host/commands/snippetText.ts';
import { createRandom, type Random, writeWithComments } from './commentedText.ts';

const MEDIA = resolve(import.meta.dirname, '../../../media');
const shipped = globSync('{examples,templates}/**/*.gatescope.json', { cwd: MEDIA })
  .sort()
  .map((name) => ({ name, text: readFileSync(resolve(MEDIA, name), 'utf8') }))
  .map(({ name, text }) => ({ name, text: name.startsWith('templates') ? expandSnippet(text) : text }));

const edited = (text: string, path: JsonPath, value: unknown): string =>
  applyEdits(text, editConfig(text, path, value));

function parsed(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  assert.deepEqual(errors, [], text);
  return value;
}

function commentsOf(text: string): string[] {
  const comments: string[] = [];
  const body = text.replace(/^\uFEFF/, '');
  visit(body, { onComment: (offset, length) => void comments.push(body.slice(offset, offset + length)) });
  return comments;
}

type Json = Record<string, unknown> & unknown[];

/** The value with one place changed: what the edited text must mean. */
function changed(value: unknown, path: JsonPath, next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  const isContainer = typeof value === 'object' && value !== null && Array.isArray(value) === (typeof key === 'number');
  const copy = (isContainer ? structuredClone(value) : typeof key === 'number' ? [] : {}) as Json;
  if (rest.length === 0 && next === undefined) {
    if (Array.isArray(copy)) (copy as unknown[]).splice(Number(key), 1);
    else delete copy[key as never];
  } else copy[key as never] = changed(copy[key as never], rest, next) as never;
  return copy;
}

/** All places of a value. */
function placesOf(value: unknown, path: JsonPath = []): JsonPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  const items: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...items.flatMap(([key, member]) => placesOf(member, [...path, key]))];
}

const NEW_KEYS = ['name', 'training', 'epochs', 'clip', 'norm', 'freeze', 'x "y" \\ ü', 'dropout', 'type', ''];
const SCALARS = [
  0,
  1,
  -1,
  0.5,
  1e-8,
  123456,
  true,
  false,
  '',
  'a text',
  'http://x//y',
  '/* no comment */',
  'ü "q" \\ 🙂\n',
];

function randomValue(random: Random, depth = 0): unknown {
  const kind = random();
  if (depth > 2 || kind < 0.6) return SCALARS[Math.floor(random() * SCALARS.length)];
  const items = Array.from({ length: Math.floor(random() * 5) }, () => randomValue(random, depth + 1));
  if (kind < 0.8) return items;
  return Object.fromEntries(items.map((item, at) => [NEW_KEYS[(at * 3 + Math.floor(random() * 3)) % 10], item]));
}

/** A change of some place that is there, or of one that is not there yet. */
function randomChange(value: unknown, random: Random): { path: JsonPath; next: unknown } {
  const places = placesOf(value).filter(({ length }) => length > 0);
  const path = places[Math.floor(random() * places.length)] ?? ['name'];
  const kind = random();
  if (kind < 0.3) return { path, next: undefined };
  if (kind < 0.6) return { path, next: randomValue(random) };
  const at = path.reduce<unknown>((node, key) => (node as Json)[key as never], value);
  if (Array.isArray(at)) return { path: [...path, at.length], next: randomValue(random) };
  const isObject = typeof at === 'object' && at !== null;
  const parent = isObject
    ? path
    : path.slice(
        0,
        path.findIndex((key) => typeof key === 'number'),
      );
  const own = parent.reduce<unknown>((node, key) => (node as Json)[key as never], value);
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return { path, next: randomValue(random) };
  const key = NEW_KEYS[Math.floor(random() * NEW_KEYS.length)];
  const isNew = !Object.hasOwn(own, key);
  return { path: [...parent, key, ...(isNew && random() < 0.3 ? ['more'] : [])], next: randomValue(random) };
}

test('1,000 seeded edits: only the own key changes, all comments stay in order, and one edit takes it back', () => {
  const kinds = new Set<string>();
  let comments = 0;
  for (let seed = 1; seed <= 1000; seed++) {
    const random = createRandom(seed);
    const { text: shippedText } = shipped[seed % shipped.length];
    const source = seed % 3 === 0 ? randomObject(random) : parsed(shippedText);
    // Every tenth text is one that ships, as it is.
    const text = seed % 10 === 1 ? shippedText : writeWithComments(source, random);
    const before = parsed(text);
    if (text !== shippedText) assert.deepEqual(before, source, `${seed}: the writer of commented texts`);
    const { path, next } = randomChange(before, random);
    const what = `${seed}: ${JSON.stringify(path)} = ${JSON.stringify(next)}\n${text}`;
    const edits = editConfig(text, path, next);
    const after = applyEdits(text, edits);
    assert.deepEqual(parsed(after), changed(before, path, next), `${what}\n=>\n${after}`);
    const around = outside(text, path);
    if (next !== undefined && around) {
      assert.ok(
        after.startsWith(around[0].trimEnd()) && after.endsWith(around[1].trimStart()),
        `outside of the value: ${what}\n=>\n${after}`,
      );
    }
    assert.deepEqual(commentsOf(after), commentsOf(text), `${what}\n=>\n${after}`);
    assert.deepEqual(orderOf(parsed(after), before), orderOf(before, parsed(after)), `${what}\n=>\n${after}`);
    assert.ok(edits.length <= 1, what);
    for (const { start, end, text: inserted } of edits) {
      const back = [{ start, end: start + inserted.length, text: text.slice(start, end) }];
      assert.equal(applyEdits(after, back), text, what);
    }
    // A second time there is nothing to do; of a list the next item would go.
    const isItemGone = next === undefined && typeof path.at(-1) === 'number';
    if (!isItemGone) assert.deepEqual(editConfig(after, path, next), [], `${what}\n=> a second time\n${after}`);
    assert.equal(/\r(?!\n)|(?<!\r)\n/.test(after), /\r(?!\n)|(?<!\r)\n/.test(text), `line ends of ${what}`);
    assert.equal(after.startsWith('\uFEFF'), text.startsWith('\uFEFF'), what);
    comments += commentsOf(text).length;
    kinds.add(next === undefined ? 'removal' : edits.length === 0 ? 'none' : typeof next);
  }
  assert.ok(comments > 20_000, `${comments} comments`);
  assert.deepEqual([...kinds].sort(), ['boolean', 'none', 'number', 'object', 'removal', 'string']);
});

/** The text before and behind the value at `path`; undefined where there is none. */
function outside(text: string, path: JsonPath): [string, string] | undefined {
  const shift = text.startsWith('\uFEFF') ? 1 : 0;
  const root = parseTree(text.slice(shift));
  const node = root && findNodeAtLocation(root, [...path]);
  return node && [text.slice(0, node.offset + shift), text.slice(node.offset + node.length + shift)];
}

const randomObject = (random: Random): Record<string, unknown> =>
  Object.fromEntries(NEW_KEYS.slice(0, 1 + Math.floor(random() * 9)).map((key) => [key, randomValue(random)]));

/** The keys of `value` that `other` has as well, level by level, in their order. */
function orderOf(value: unknown, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof other !== 'object' || other === null) return null;
  if (Array.isArray(value) || Array.isArray(other)) return null;
  const shared = Object.keys(value).filter((key) => Object.hasOwn(other, key));
  return shared.map((key) => [key, orderOf(value[key as never], other[key as never])]);
}

test('a value is replaced in its place, to the character', () => {
  const text = '{\r\n\t"training": { "epochs" : 10 /* enough */, "seed": 1 }, // the rest\r\n}\r\n';
  assert.equal(edited(text, ['training', 'epochs'], 25), text.replace('10', '25'));
  assert.deepEqual(editConfig(text, ['training', 'epochs'], 10), []);
});

test('a new key follows those that the schema has before it, behind their comments', () => {
  const text = '{\n  "data": { "train": { "path": "a.csv" } }, // mine\n  "model": {}\n}\n';
  assert.equal(edited(text, ['name'], 'TREC'), text.replace('{\n', '{\n  "name": "TREC",\n'));
  assert.equal(
    edited(text, ['text', 'maxLength'], 40),
    text.replace('// mine\n', '// mine\n  "text": { "maxLength": 40 },\n'),
  );
  assert.equal(edited(text, ['training', 'epochs'], 3), text.replace('{}\n', '{},\n  "training": { "epochs": 3 }\n'));
  assert.equal(
    edited(text, ['data', 'validation', 'split'], 0.2),
    text.replace('.csv" } }', '.csv" }, "validation": { "split": 0.2 } }'),
  );
});

test('a key goes with its line; comments around it stay', () => {
  const text = '{\n    // why\n    "seed": 1, // one\n    "epochs": 3\n}';
  assert.equal(edited(text, ['epochs'], undefined), '{\n    // why\n    "seed": 1 // one\n}');
  assert.equal(edited(text, ['seed'], undefined), '{\n    // why\n    // one\n    "epochs": 3\n}');
  assert.equal(edited('{ "a": 1, "b": 2 }', ['b'], undefined), '{ "a": 1 }');
  assert.equal(edited('{ "a": 1, "b": 2 }', ['a'], undefined), '{ "b": 2 }');
  assert.equal(edited('{ "a": 1 }', ['a'], undefined), '{}');
  assert.equal(edited('[1, 2]'.replace(/.*/, '{"l": [1, 2]}'), ['l', 0], undefined), '{"l": [2]}');
  assert.equal(edited('{"a":{"b":1}}', ['a', 'c'], 2), '{"a":{"b":1, "c": 2}}');
});

test('another kind of object keeps what both know in place', () => {
  const text = '{ "encoder": {\n  "type": "lstm", // best so far\n  "hiddenSize": 48,\n  "forgetBias": 1\n} }';
  assert.equal(
    edited(text, ['encoder'], { type: 'rnn', hiddenSize: 48 }),
    '{ "encoder": {\n  "type": "rnn", // best so far\n  "hiddenSize": 48\n} }',
  );
});

test('lists: an item is changed, added and removed in its place', () => {
  const text = '{ "probes": [\n    "a", // first\n    "b",\n  ] }';
  assert.equal(edited(text, ['probes', 2], 'c'), text.replace('"b",\n', '"b",\n    "c",\n'));
  assert.equal(edited(text, ['probes', 1], undefined), text.replace('    "b",\n', ''));
  assert.equal(edited(text, ['probes'], ['b', 'a']), text.replace('"a"', '"b"').replace('"b",\n  ]', '"a",\n  ]'));
  assert.equal(edited('{}', ['fineTune', 'freeze', 0], 'head'), '{\n  "fineTune": { "freeze": ["head"] }\n}');
});

test('a text without a value gets one, below its comments', () => {
  assert.equal(edited('', ['name'], 'x'), '{\n  "name": "x"\n}\n');
  assert.equal(edited('// mine', ['name'], 'x'), '// mine\n{\n  "name": "x"\n}\n');
  assert.equal(edited('\uFEFF// mine\r\n', ['name'], 'x'), '\uFEFF// mine\r\n{\r\n  "name": "x"\r\n}\r\n');
});

test('of a key that stands there twice the one that counts is changed, and both are removed', () => {
  const text = '{ "seed": 1, "seed": 2 }';
  assert.equal(edited(text, ['seed'], 3), '{ "seed": 1, "seed": 3 }');
  assert.equal(edited(text, ['seed'], undefined), '{}');
});

test('text that is no JSON object is left alone', () => {
  for (const text of ['{ "a": ', '{ "a" 1 }', '[1]', '3', '/* open']) {
    assert.throws(() => editConfig(text, ['a'], 1), { code: 'config.syntax' });
  }
});
