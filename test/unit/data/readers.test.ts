// Every reader on small files with every trap, cut at every byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataError } from '../../../extension/data/dataError.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { read, shown } from './support.ts';

const CSV = 'text,label\r\n"one, ""two""",a\r\n\r\n"line\nbreak",b\nplain é 日本 👍,a\n"last",b';
const CSV_ROWS = ['a: one, "two" @2', 'b: line\nbreak @4', 'a: plain é 日本 👍 @6', 'b: last @7'];

test('CSV: quotes, line breaks in fields, CRLF and LF, empty lines, no line feed at the end; cut anywhere', async () => {
  for (let piece = 1; piece <= CSV.length; piece++) {
    assert.deepEqual(shown(await read({ 'x.csv': CSV }, 'x.csv', {}, piece)), CSV_ROWS, `pieces of ${piece}`);
  }
});

test('old line ends: a lone CR ends a line too', async () => {
  assert.deepEqual(shown(await read({ 'x.csv': 'text,label\rone,a\rtwo,b\r' }, 'x.csv', {}, 3)), [
    'a: one @2',
    'b: two @3',
  ]);
});

test('columns by name, by number, by usual names, and by length', async () => {
  const files = { 'x.csv': 'id,what,kind\n1,a long text here,x\n2,another long text,y\n' };
  const rows = ['x: a long text here @2', 'y: another long text @3'];
  assert.deepEqual(shown(await read(files, 'x.csv', { textColumn: 'what', labelColumn: 'kind' })), rows);
  assert.deepEqual(shown(await read(files, 'x.csv', { textColumn: 1, labelColumn: 2 })), rows);
  assert.deepEqual(shown(await read(files, 'x.csv', { labelColumn: 'kind' })), rows);
  assert.deepEqual(shown(await read({ 'y.csv': 'Target,Sentence\nx,hello\n' }, 'y.csv')), ['x: hello @2']);
  await assert.rejects(read(files, 'x.csv'), (error) => UserError.is(error, 'data.columnUnclear'));
});

test('a column that is not there names the nearest', async () => {
  const error = await read({ 'x.csv': 'text,label\na,b\n' }, 'x.csv', { textColumn: 'txet' }).catch(
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DataError);
  assert.equal(error.code, 'data.columnMissing');
  assert.equal(error.suggestion, 'text');
  assert.deepEqual(error.configPath, ['data', 'train', 'textColumn']);
  const byNumber = read({ 'x.csv': 'text,label\na,b\n' }, 'x.csv', { textColumn: 2 });
  await assert.rejects(byNumber, (reason) => UserError.is(reason, 'data.columnMissing'));
});

test('bad rows keep place and reason; no row is lost', async () => {
  const csv = 'text,label\ngood,a\nonly one field\n,a\nno label,\n"a "b" c",x\n  ,b\nfine,b\n';
  const { examples, bad } = await read({ 'x.csv': csv }, 'x.csv', {}, 5);
  assert.deepEqual(
    examples.map(({ text }) => text),
    ['good', 'fine'],
  );
  assert.deepEqual(
    bad.map(({ line, reason }) => [line, reason]),
    [
      [3, 'missingField'],
      [4, 'emptyText'],
      [5, 'emptyLabel'],
      [6, 'badQuotes'],
      [7, 'emptyText'],
    ],
  );
});

test('a row with more fields than columns is bad: its text holds the delimiter, its label is not what it seems', async () => {
  const csv = 'text,label\ngood,a\nhello, world,b\nfine,b,, \n';
  const { examples, bad } = await read({ 'x.csv': csv }, 'x.csv');
  assert.deepEqual(
    examples.map(({ text, label }) => [text, label]),
    [
      ['good', 'a'],
      ['fine', 'b'],
    ],
  );
  assert.deepEqual(
    bad.map(({ line, reason, detail }) => [line, reason, detail]),
    [[3, 'extraField', 'it has 3 fields, there are 2 columns: a text with "," in it needs quotes']],
  );
  const tsv = await read({ 'x.tsv': 'one\ta\ntwo\tb\n' }, 'x.tsv');
  assert.deepEqual(shown(tsv), ['a: one @1', 'b: two @2']);
});

test('a quote that is never closed is an error at its line', async () => {
  const csv = `text,label\nok,a\n"opened,a\n${'more,b\n'.repeat(50)}`;
  const error = await read({ 'x.csv': csv }, 'x.csv').catch((reason: unknown) => reason);
  assert.ok(UserError.is(error, 'data.unclosedQuote'));
  assert.deepEqual(error.place, { path: '/data/x.csv', line: 3 });
});

test('TSV: a header is found by looking; quotes are text where they are not a convention', async () => {
  assert.deepEqual(shown(await read({ 'x.tsv': 'text\tlabel\none\ta\n' }, 'x.tsv')), ['a: one @2']);
  assert.deepEqual(shown(await read({ 'x.tsv': 'a longer text\tb\n"Hi," he said\tc\n' }, 'x.tsv')), [
    'b: a longer text @1',
    'c: "Hi," he said @2',
  ]);
  assert.deepEqual(shown(await read({ 'x.tsv': '"a\tb here"\tx\n"c d here"\ty\n' }, 'x.tsv')), [
    'x: a\tb here @1',
    'y: c d here @2',
  ]);
  assert.deepEqual(shown(await read({ 'x.csv': 'text;label\na, b;c\n' }, 'x.csv', { delimiter: ';' })), ['c: a, b @2']);
  assert.deepEqual(shown(await read({ 'x.csv': 'one text,a\n' }, 'x.csv', { header: false })), ['a: one text @1']);
});

test('JSONL: keys by name, numbers and booleans as labels, bad lines told apart', async () => {
  const lines =
    '{"text":"one","label":1}\nnot json\n[1]\n{"label":true,"text":"two\\nlines"}\n{"text":"three"}\n{"text":5,"label":"x"}\n';
  const outcome = await read({ 'x.jsonl': lines }, 'x.jsonl', {}, 4);
  assert.deepEqual(shown(outcome), ['1: one @1', 'true: two\nlines @4', 'x: 5 @6']);
  assert.deepEqual(
    outcome.bad.map(({ line, reason }) => [line, reason]),
    [
      [2, 'badJson'],
      [3, 'badJson'],
      [5, 'missingField'],
    ],
  );
});

test('label first and label last, told apart by the first lines', async () => {
  const first = `0 How did it go ?\n1 Who was it ?\n${'0 What is it ?\n1 Why ?\n'.repeat(20)}\n0\n`;
  const outcome = await read({ 'x.all': first }, 'x.all');
  assert.deepEqual(shown(outcome).slice(0, 2), ['0: How did it go ? @1', '1: Who was it ? @2']);
  assert.deepEqual(
    outcome.bad.map(({ line, reason }) => [line, reason]),
    [[44, 'emptyText']],
  );
  assert.ok(outcome.log.some((line) => /labelFirst/.test(line)));
  assert.deepEqual(
    shown(
      await read({ 'x.txt': 'a film\t1\nanother one\twith tab\t0\nbad film\t0\n' }, 'x.txt', { format: 'labelLast' }),
    ),
    ['1: a film @1', '0: another one\twith tab @2', '0: bad film @3'],
  );
  const unclear = read(
    { 'x.txt': 'Just a line of prose.\nAnother, quite different, line.\nAnd more of it here.\n' },
    'x.txt',
  );
  await assert.rejects(unclear, (error) => UserError.is(error, 'data.formatUnknown'));
  // Columns between tabs: that the texts begin alike makes no labels of their first words.
  const columns = read(
    { 'x.txt': 'I see it.\tJe le vois.\tby Tom\nI am here.\tMe voici.\tby Ann\n'.repeat(20) },
    'x.txt',
  );
  await assert.rejects(columns, (error) => UserError.is(error, 'data.formatUnknown'));
});

test('the coarse part of a label is what stands before the colon', async () => {
  const lines = 'DESC:manner How ?\nENTY:animal What ?\nDESC:def Why ?\n';
  const fine = await read({ 'x.txt': lines }, 'x.txt', { format: 'labelFirst' });
  assert.deepEqual(
    fine.examples.map(({ label }) => label),
    ['DESC:manner', 'ENTY:animal', 'DESC:def'],
  );
  const coarse = await read({ 'x.txt': lines }, 'x.txt', { format: 'labelFirst', labelPart: 'coarse' });
  assert.deepEqual(
    coarse.examples.map(({ label }) => label),
    ['DESC', 'ENTY', 'DESC'],
  );
});

test('folders: one file a class, one folder a class; notes on the source and files of our own are no class', async () => {
  const files = {
    'names/Irish.txt': "O'Neill\nBrún\n",
    'names/Polish.txt': 'Nowak\n',
    'names/SOURCE.md': 'from here',
    'names/.x': 'y',
    'names/names.dataset.json': '{}',
    'names/names.gatescope.json': '{}',
    'names/tokenizer.json': '{}',
  };
  assert.deepEqual(shown(await read(files, 'names')), ["Irish: O'Neill @1", 'Irish: Brún @2', 'Polish: Nowak @1']);
  const reviews = { 'r/neg/1.txt': 'bad\nvery bad', 'r/pos/1.txt': 'good', 'r/pos/2.txt': '' };
  const outcome = await read(reviews, 'r');
  assert.deepEqual(shown(outcome), ['neg: bad\nvery bad @1', 'pos: good @1']);
  assert.equal(outcome.bad[0].path, '/data/r/pos/2.txt');
  await assert.rejects(read(reviews, 'r', { format: 'csv' }), (error) => UserError.is(error, 'data.kindMismatch'));
  await assert.rejects(read(reviews, 'nowhere'), (error) => UserError.is(error, 'data.fileMissing'));
});

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const bytes = new Uint8Array(text.length * 2 + 2);
  const view = new DataView(bytes.buffer);
  for (const [at, unit] of [0xfeff, ...Array.from(text, (char) => char.charCodeAt(0))].entries())
    view.setUint16(at * 2, unit, isLittle);
  return bytes;
};

test('encodings: byte order marks, UTF-16, and Windows-1252 where UTF-8 fails however late', async () => {
  const text = 'text,label\ncafé,a\nnaïve,b\n';
  const rows = ['a: café @2', 'b: naïve @3'];
  const late = `text,label\n${'plain,a\n'.repeat(3000)}caf\u00e9,b\n`;
  for (const piece of [1, 2, 3, 5, 64]) {
    assert.deepEqual(shown(await read({ 'x.csv': `\ufeff${text}` }, 'x.csv', {}, piece)), rows);
    assert.deepEqual(shown(await read({ 'x.csv': utf16(text, true) }, 'x.csv', {}, piece)), rows);
    assert.deepEqual(shown(await read({ 'x.csv': utf16(text, false) }, 'x.csv', {}, piece)), rows);
    const outcome = await read({ 'x.csv': latin1(text) }, 'x.csv', {}, piece);
    assert.deepEqual(shown(outcome), rows);
    assert.ok(outcome.log.some((line) => /windows-1252: it is not UTF-8/.test(line)));
  }
  assert.equal((await read({ 'x.csv': latin1(late) }, 'x.csv', {}, 1000)).examples.at(-1)?.text, 'café');
  assert.equal(
    (await read({ 'x.csv': latin1('text,label\n\x93hi\x94,a\n') }, 'x.csv', { encoding: 'windows-1252' })).examples[0]
      .text,
    '“hi”',
  );
});

test('empty files hold no rows and are no crash', async () => {
  await assert.rejects(read({ 'x.csv': '' }, 'x.csv'), UserError);
  assert.deepEqual((await read({ 'x.txt': '' }, 'x.txt', { format: 'labelFirst' })).examples, []);
});
