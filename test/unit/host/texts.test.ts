// Small pure texts: durations, the status bar, .gitignore, snippets, previews.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewText } from '../../../extension/host/commands/previewText.ts';
import { expandSnippet, templateTitle } from '../../../extension/host/commands/snippetText.ts';
import { formatDuration, formatLoss, formatPercent } from '../../../extension/host/training/duration.ts';
import { hasGatescopeRule, withGatescopeRule } from '../../../extension/host/training/gitignore.ts';
import { computesLines, statusText } from '../../../extension/host/training/statusText.ts';
import type { TrainingJob } from '../../../extension/host/training/trainingQueue.ts';

test('durations', () => {
  const texts = [-1, 0, 59.4, 59.6, 185, 3599.9, 7620].map(formatDuration);
  assert.deepEqual(texts, ['0 s', '0 s', '59 s', '1 min 00 s', '3 min 05 s', '1 h 00 min', '2 h 07 min']);
});

test('percent and loss', () => {
  assert.equal(formatPercent(0.8724), '87.2 %');
  assert.equal(formatPercent(1), '100.0 %');
  assert.equal(formatLoss(0.41234), '0.412');
  assert.equal(formatLoss(Number.NaN), 'NaN');
});

const job = (changes: Partial<TrainingJob>): TrainingJob => ({
  configPath: '/a.gatescope.json',
  state: 'running',
  isPaused: false,
  ...changes,
});
const progress = {
  runId: 'a',
  phase: 'training' as const,
  fraction: 0.2,
  epoch: 2,
  epochs: 10,
  step: 20,
  steps: 100,
  loss: 0.4123,
  secondsLeft: 61,
};

test('the status bar: starting, reading, training, validating, paused, waiting', () => {
  const spoken = (changes: Partial<TrainingJob>, waiting = 0) => statusText(job(changes), waiting).spoken;
  assert.equal(spoken({}), 'Gatescope: starting');
  assert.equal(spoken({ progress: { ...progress, phase: 'reading' } }), 'Gatescope: reading data');
  assert.equal(spoken({ progress }), 'Gatescope: epoch 2/10, loss 0.412, 1 min 01 s left');
  assert.equal(
    spoken({ progress: { ...progress, phase: 'validating', loss: undefined, secondsLeft: undefined } }),
    'Gatescope: epoch 2/10, validating',
  );
  assert.equal(spoken({ progress, isPaused: true }, 2), 'Gatescope: paused, epoch 2/10, loss 0.412, 2 waiting');
  assert.equal(statusText(job({ progress }), 0).text, '$(loading~spin) epoch 2/10 · loss 0.412 · 1 min 01 s left');
});

test('the status bar says what computes, and why nothing better does', () => {
  assert.deepEqual(computesLines({ requested: 'auto', used: 'native', instructions: 'avx2', threads: 2 }, true), [
    'Computes with native kernels (avx2), 2 threads.',
  ]);
  assert.deepEqual(
    computesLines({ requested: 'auto', used: 'cpu', threads: 1, reason: 'native: it is not there' }, false),
    ['Computed with plain TypeScript, 1 thread.', 'Not used: native: it is not there.'],
  );
});

test('.gitignore: rules for .gatescope are seen in all their forms, also one that takes it back', () => {
  for (const line of ['.gatescope', '.gatescope/', '/.gatescope/', '**/.gatescope/', '.gatescope/**', '!.gatescope/']) {
    assert.equal(hasGatescopeRule(`node_modules\n${line}\r\nout`), true, line);
  }
  for (const line of ['', '# .gatescope/', '.gatescope.json', 'x.gatescope', '.gatescope/runs/old']) {
    assert.equal(hasGatescopeRule(`node_modules\n${line}`), false, line);
  }
});

test('.gitignore: the rule goes to the end, with the line ends that are there', () => {
  assert.equal(withGatescopeRule(''), '.gatescope/\n');
  assert.equal(withGatescopeRule('out\n'), 'out\n.gatescope/\n');
  assert.equal(withGatescopeRule('out'), 'out\n.gatescope/\n');
  assert.equal(withGatescopeRule('out\r\na'), 'out\r\na\r\n.gatescope/\r\n');
  assert.equal(hasGatescopeRule(withGatescopeRule('out')), true);
});

test('snippets: placeholders become their defaults, escapes what they stand for', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: snippet placeholders
  assert.equal(expandSnippet('{ "path": "${1:data.csv}", "n": ${2|10,20|}$0 }'), '{ "path": "data.csv", "n": 10 }');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: snippet placeholders
  assert.equal(expandSnippet('"\\$schema": "${3}", ${1:a\\}b}'), '"$schema": "", a}b');
  assert.equal(expandSnippet('no placeholders: $, {}'), 'no placeholders: $, {}');
});

test('a template is called by its first comment', () => {
  assert.equal(templateTitle('// One line a text\n{\n  // inner\n}'), 'One line a text');
  assert.equal(templateTitle('{}'), undefined);
});

test('a preview shows how, counts, bad rows and each row before and after cleaning', () => {
  const text = previewText(
    {
      how: ['CSV, comma'],
      rows: [
        { line: 2, path: 'a.csv', label: 'pos', text: 'A\tB', cleaned: 'a b', tokens: ['a', 'b'] },
        { line: 3, path: 'a.csv', label: 'neg', text: 'same', cleaned: 'same', tokens: ['same'] },
      ],
      rowsRead: 1234,
      isComplete: false,
      labels: [{ label: 'pos', count: 700 }],
      tokensPerText: { median: 2, p95: 9, max: 12 },
      badRows: [{ path: 'a.csv', line: 7, reason: 'emptyText' }],
    },
    'train',
  );
  assert.match(text, /^Preview of the train data\n {2}CSV, comma\n/);
  assert.match(text, /1,234 rows read so far, 1 label:/);
  assert.match(text, /a\.csv:7 {2}emptyText/);
  assert.match(text, /a\.csv:2 {2}\[pos\]\n {2}text {4}A\\tB\n {2}cleaned a b\n {2}tokens {2}a \| b/);
  assert.match(text, /a\.csv:3 {2}\[neg\]\n {2}text {4}same\n {2}tokens/);
});
