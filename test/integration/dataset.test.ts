// From data as it is to a trained run, by the command line alone: import, findings, remedies, splits, a config.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'jsonc-parser';
import { draftOf } from '../../extension/node/advise/advise.ts';
import type { DatasetAdvice } from '../../extension/protocol/advice.ts';
import type { DatasetFinding, DatasetReport } from '../../extension/protocol/datasetReport.ts';
import { jsonLines, makeRows, runCli } from './support.ts';

let dir: string;
const cli = (...args: string[]) => runCli(args, dir);

/** Latin-1, quoted line breaks, an empty text, a row too short, a duplicate, a conflict, a leak, almost equal texts, HTML. */
const TRAPS = [
  'label;text',
  ...makeRows(120, 1)
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',').reverse().join(';')),
  'warm;"a caf\u00e9 in the sun\nand lava"',
  'cold;',
  'cold',
  'warm;the sauna was near the oven today and we saw fire in the desert',
  'warm;the sauna was near the oven today and we saw fire in the desert',
  'cold;the sauna was near the oven today, and we saw fire in the desert!',
  'cold;a very strange text about <b>nothing</b>',
  'warm;a very strange text about <b>nothing</b>',
  'cold;snow stands in the test as well',
].join('\n');

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatescope-dataset-'));
  await mkdir(join(dir, 'data'));
  await writeFile(join(dir, 'data/weather-train.csv'), Buffer.from(`${TRAPS}\n`, 'latin1'));
  await writeFile(join(dir, 'data/weather-test.csv'), 'label;text\ncold;snow stands in the test as well\nmild;a fog\n');
});
after(() => rm(dir, { recursive: true, force: true }));

const manifestPath = (): string => join(dir, 'data/weather.dataset.json');
const report = async (): Promise<DatasetReport> =>
  JSON.parse((await cli('dataset', 'describe', 'weather', '--rows', '100', '--json')).stdout);
const codesOf = ({ findings }: DatasetReport): Record<string, number> =>
  Object.fromEntries(findings.map(({ code, count }: DatasetFinding) => [code, count]));

test('import shows what it found, and writes nothing that nobody confirmed', async () => {
  const asked = await cli('dataset', 'import', 'data/weather-train.csv');
  assert.equal(asked.code, 1);
  assert.match(asked.stderr, /was not written\. Say --yes/);
  assert.match(asked.stdout, /format +csv +by its name .*semicolon/);
  assert.match(asked.stdout, /encoding +windows-1252 +it is not UTF-8/);
  const seen = JSON.parse((await cli('dataset', 'import', 'data/weather-train.csv', '--json')).stdout);
  assert.deepEqual(Object.keys(seen), ['path', 'manifest', 'reasons', 'report']);
  await assert.rejects(readFile(manifestPath()));
});

test('import with --yes writes a manifest that names both files; it does not replace it unasked', async () => {
  const { code, stderr } = await cli('dataset', 'import', 'data/weather-train.csv', '--yes');
  assert.equal(code, 0, stderr);
  const { files, splits } = JSON.parse(await readFile(manifestPath(), 'utf8'));
  assert.deepEqual(
    files.map(({ path, part }: { path: string; part: string }) => [path, part]),
    [
      ['weather-train.csv', 'train'],
      ['weather-test.csv', 'test'],
    ],
  );
  assert.deepEqual(splits, { validation: 0.1, seed: 1 });
  assert.match((await cli('dataset', 'import', 'data/weather-train.csv', '--yes')).stderr, /dataset\.exists/);
  assert.match(
    (await cli('dataset', 'import', 'data/weather-train.csv', '--out', 'elsewhere/x')).stderr,
    /dataset\.pathOutside/,
  );
});

test('every trap is a finding, with its rows', async () => {
  await cli('dataset', 'split', 'weather', '--validation', '0.000001');
  const found = await report();
  const codes = codesOf(found);
  const expected = {
    'dataset.leak': 1,
    'dataset.conflict': 1,
    'dataset.nearDuplicate': 1,
    'dataset.emptyText': 1,
    'dataset.badRow': 1,
    'dataset.unknownLabel': 1,
    'dataset.markup': 2,
    'dataset.accents': 1,
    'dataset.lineBreaks': 1,
    'dataset.encoding': 1,
  };
  for (const [code, count] of Object.entries(expected)) assert.equal(codes[code], count, code);
  assert.ok(codes['dataset.duplicate'] >= 1);
  const leak = found.findings.find(({ code }) => code === 'dataset.leak')?.rows[0];
  assert.deepEqual([leak?.line, leak?.part, leak?.other?.part, leak?.other?.line], [131, 'train', 'test', 2]);
  const text = (await cli('dataset', 'describe', 'weather')).stdout;
  assert.match(text, /data\/weather-train\.csv:131 \(as data\/weather-test\.csv:2\)/);
  assert.match(text, /Vocabulary of training: \d+ different/);
  assert.match(text, /test: training has [\d.]+ % of the tokens/);
});

test('remedies change the manifest alone, keep its comments, and can be taken back', async () => {
  const data = await readFile(join(dir, 'data/weather-train.csv'));
  const manifest = await readFile(manifestPath(), 'utf8');
  await writeFile(manifestPath(), manifest.replace('{', '{\n  // Mine.'));
  const options = ['duplicates', 'near-duplicates', 'conflicts', 'leaks', 'unusable'].map(
    (name) => `--exclude-${name}`,
  );
  const { code, stderr } = await cli('dataset', 'fix', 'weather', ...options);
  assert.equal(code, 0, stderr);
  const fixed = await readFile(manifestPath(), 'utf8');
  assert.match(fixed, /\/\/ Mine\./);
  assert.match(fixed, /"reason": "dataset\.leak"/);
  const codes = codesOf(await report());
  for (const name of ['leak', 'conflict', 'duplicate', 'nearDuplicate', 'emptyText', 'badRow']) {
    assert.equal(codes[`dataset.${name}`], undefined, name);
  }
  assert.deepEqual(await readFile(join(dir, 'data/weather-train.csv')), data);
  await cli('dataset', 'fix', 'weather', '--include-all');
  assert.equal(codesOf(await report())['dataset.leak'], 1);
  await cli('dataset', 'fix', 'weather', ...options);
});

test('splits are listed, with their seed; what contradicts itself is refused', async () => {
  const { stdout } = await cli('dataset', 'split', 'weather', '--validation', '0.2', '--seed', '7', '--json');
  const { splits, parts } = JSON.parse(stdout);
  assert.deepEqual(splits, { validation: 0.2, seed: 7 });
  const rows = Object.fromEntries(parts.map(({ part, rows: count }: DatasetReport['parts'][number]) => [part, count]));
  assert.ok(Math.abs(rows.validation - (rows.train + rows.validation) / 5) <= 2);
  const both = await cli('dataset', 'split', 'weather', '--validation', '0.2', '--test', '0.2');
  assert.match(both.stderr, /There is a file with the test part already/);
  const whole = await cli('dataset', 'split', 'weather', '--validation', '1.1');
  assert.match(whole.stderr, /These splits cannot be written\. 1\.1 is out of range/);
  assert.match((await cli('dataset', 'split', 'weather')).stderr, /needs --validation, --test or --folds/);
});

test('one step to a config, which trains on what is left', async () => {
  const { code, stderr } = await cli('dataset', 'new', 'weather', '--out', 'weather.gatescope.json');
  assert.equal(code, 0, stderr);
  const checked = await cli('validate', 'weather.gatescope.json');
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  const args = ['--set', 'training.epochs=1', '--set', 'model.encoder.hiddenSize=8', '--json'];
  const trained = await cli('train', 'weather.gatescope.json', ...args);
  assert.equal(trained.code, 0, trained.stderr);
  const { run, test: scores } = jsonLines(trained.stdout).at(-1) as { run: string; test: { accuracy: number } };
  assert.ok(scores.accuracy >= 0);
  const environment = JSON.parse(await readFile(join(dir, '.gatescope/runs', run, 'environment.json'), 'utf8'));
  const again = JSON.parse((await cli('plan', 'weather.gatescope.json', '--json')).stdout);
  assert.deepEqual(again.examples, {
    train: environment.data.train,
    validation: environment.data.validation,
    test: environment.data.test,
  });
  assert.equal((await cli('evaluate', 'latest')).code, 0);
  assert.match((await cli('dataset', 'new', 'weather', '--out', 'weather.gatescope.json')).stderr, /already there/);
});

test('a folder of classes: rows are left out, and the manifest in it is no class', async () => {
  await mkdir(join(dir, 'surnames'));
  await writeFile(join(dir, 'surnames/Irish.txt'), 'Kelly\nByrne\nKelly\nDaly\n'.repeat(10));
  await writeFile(join(dir, 'surnames/Polish.txt'), 'Nowak\nWilk\n');
  assert.equal((await cli('dataset', 'import', 'surnames', '--out', 'surnames/surnames', '--yes')).code, 0);
  const report = async (): Promise<DatasetReport> =>
    JSON.parse((await cli('dataset', 'describe', 'surnames/surnames.dataset.json', '--json')).stdout);
  const rows = ({ parts }: DatasetReport): number => parts.reduce((sum, part) => sum + part.rows, 0);
  assert.equal(rows(await report()), 42);
  const fixed = await cli('dataset', 'fix', 'surnames/surnames.dataset.json', '--exclude-duplicates');
  const [, leftOut] = /(\d+) more rows? (?:is|are) left out/.exec(fixed.stdout + fixed.stderr) ?? [];
  assert.ok(Number(leftOut) > 0, fixed.stderr);
  const remaining = await report();
  assert.equal(rows(remaining), 42 - Number(leftOut));
  const labels = remaining.parts.flatMap((part) => part.labels.map(({ label }) => label));
  assert.deepEqual([...new Set(labels)].sort(), ['Irish', 'Polish']);
});

test('advice has reasons, is what a new config says, and takes what that config takes', async () => {
  const shown = await cli('dataset', 'advise', 'weather');
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^key +value +because\n/);
  assert.match(
    shown.stdout,
    /text\.maxLength +\d+ +99 % of the training texts have up to \d+ tokens\.\s+\(docs\/advisor\.md,\s+Longest\s+text\)/,
  );
  assert.match(shown.stdout, /\nPoints are of test accuracy where not said otherwise/);
  const widest = Math.max(...shown.stdout.split('\n').map((line) => line.length));
  assert.ok(widest <= 120, `a line of ${widest} columns where there is no terminal`);
  assert.match(shown.stdout, /parameters: embedding .*\nAbout .* of memory.*\nAn epoch: about .*\n\d+ epochs: about /);
  assert.match(shown.stderr, /dataset new weather writes this as a config/);
  const advice: DatasetAdvice = JSON.parse((await cli('dataset', 'advise', 'weather', '--json')).stdout);
  // What it was worth as a whole is said too, also where it was worth nothing.
  assert.match(shown.stdout.replace(/\s+/g, ' '), /as a whole .*trec \+\d.*sst2 -\d/);
  assert.ok(advice.together);
  await cli('dataset', 'new', 'weather', '--out', 'advised.gatescope.json');
  const { name, data, ...written } = parse(await readFile(join(dir, 'advised.gatescope.json'), 'utf8'));
  assert.deepEqual(data, {
    train: { dataset: 'weather' },
    validation: { dataset: 'weather' },
    test: { dataset: 'weather' },
  });
  assert.equal(name, 'weather');
  assert.deepEqual(written, draftOf(advice));
  const { estimate } = JSON.parse((await cli('plan', 'advised.gatescope.json', '--json')).stdout);
  const { parameters, groups, memory, updates, tokens } = advice.estimate;
  assert.deepEqual(
    { parameters, groups, updates, tokens },
    {
      parameters: estimate.parameters,
      groups: estimate.groups,
      updates: estimate.updates,
      tokens: estimate.tokens,
    },
  );
  assert.deepEqual([memory.weights, memory.optimizer], [estimate.memory.weights, estimate.memory.optimizer]);
});

test('a file that is no dataset yet gets advice too; what is not there says so', async () => {
  await writeFile(join(dir, 'fresh.csv'), makeRows(300, 3));
  const { code, stdout, stderr } = await cli('dataset', 'advise', 'fresh.csv');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /model\.encoder\.type/);
  assert.match(stderr, /dataset import fresh\.csv makes a dataset of it/);
  assert.match((await cli('dataset', 'advise', 'nothing')).stderr, /dataset\.notFound/);
  assert.match((await cli('dataset', 'advise')).stderr, /advise needs one dataset or file/);
});

test('a dataset of texts trains a language model', async () => {
  await writeFile(join(dir, 'data/king.txt'), 'the king sees me\nthe queen knows me\n'.repeat(100));
  await cli('dataset', 'import', 'data/king.txt', '--yes');
  await cli('dataset', 'new', 'king', '--out', 'king.gatescope.json');
  const args = ['--set', 'training.epochs=1', '--set', 'model.encoder.hiddenSize=8', '--json'];
  const { code, stderr } = await cli('train', 'king.gatescope.json', ...args);
  assert.equal(code, 0, stderr);
});

test('a manifest is hostile until it is parsed', async () => {
  const cases: [string, RegExp][] = [
    ['{ "files": [{ "path": "/etc/passwd" }] }', /outside the folder/],
    ['{ "files": [{ "path": "a/../../b.csv" }] }', /outside the folder/],
    ['{ "files": [] }', /config\.invalid/],
    ['{ "files": [{ "path": "weather-train.csv", "formt": "csv" }] }', /Did you mean "format"/],
    ['{ "files": ', /config\.invalid/],
    ['', /dataset\.empty|config\.invalid/],
  ];
  for (const [text, message] of cases) {
    await writeFile(join(dir, 'data/evil.dataset.json'), text);
    const { code, stderr } = await cli('dataset', 'describe', 'evil');
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
  }
});

test('a dataset that has the name of its file is described as its manifest says', async () => {
  const rows = makeRows(80, 5)
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',').reverse().join(' '));
  await writeFile(join(dir, 'TREC'), `${[...rows, ...rows].join('\n')}\n`);
  assert.equal((await cli('dataset', 'import', 'TREC', '--yes')).code, 0);
  const described = async (): Promise<DatasetReport> =>
    JSON.parse((await cli('dataset', 'describe', 'TREC', '--json')).stdout);
  assert.ok(codesOf(await described())['dataset.duplicate'] > 0);
  const leaks = await cli('dataset', 'fix', 'TREC', '--exclude-leaks');
  assert.match(leaks.stderr, /split anew, so equal ones may part again: --exclude-duplicates/);
  const both = await cli('dataset', 'fix', 'TREC', '--exclude-leaks', '--exclude-duplicates');
  assert.doesNotMatch(both.stderr, /split anew/);
  assert.equal(both.code, 0, both.stderr);
  const codes = codesOf(await described());
  assert.equal(codes['dataset.duplicate'], undefined);
  assert.equal(codes['dataset.leak'], undefined);
});

test('the manifest of a folder lies beside it, and is what the name of the folder means from then on', async () => {
  for (const [label, word] of [
    ['warm', 'sun'],
    ['cold', 'snow'],
  ]) {
    await mkdir(join(dir, 'letters', label), { recursive: true });
    for (let at = 0; at < 10; at++) await writeFile(join(dir, 'letters', label, `${at}.txt`), `${word} number ${at}\n`);
  }
  assert.equal((await cli('dataset', 'import', 'letters', '--yes')).code, 0);
  const manifest = join(dir, 'letters.dataset.json');
  const written = JSON.parse(await readFile(manifest, 'utf8'));
  assert.deepEqual(written.files, [{ path: 'letters', format: 'folderPerClass', part: 'train' }]);
  await writeFile(manifest, JSON.stringify({ ...written, description: 'Two kinds of letters', splits: undefined }));
  for (const name of ['letters', 'letters/']) {
    const { parts } = JSON.parse((await cli('dataset', 'describe', name, '--json')).stdout) as DatasetReport;
    assert.deepEqual(
      parts.map(({ part, rows }) => [part, rows]),
      [['train', 20]],
      name,
    );
  }
});
