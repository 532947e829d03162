// Where a config names its probes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probesOf } from '../../../extension/host/config/probeTexts.ts';

const at = (config: string, offset: number): string => config.slice(offset, offset + 8);

test('the key and each text have their places, comments and commas or not', () => {
  const config = `{\n  // "probes": ["no"]\n  "probes": [\n    "Who wrote it ?", /* b */\n    "Say \\"hi\\"",\n  ],\n}`;
  const probes = probesOf(config);
  assert.ok(probes);
  assert.equal(at(config, probes.offset), '"probes"');
  assert.deepEqual(
    probes.texts.map(({ text, offset }) => [text, at(config, offset)]),
    [
      ['Who wrote it ?', '"Who wro'],
      ['Say "hi"', '"Say \\"h'],
    ],
  );
});

test('a config that is being typed is read as far as it goes', () => {
  assert.deepEqual(
    probesOf('{ "probes": ["a b", ')?.texts.map(({ text }) => text),
    ['a b'],
  );
});

test('no key, no text, another type, and a deeper key of that name: none', () => {
  for (const config of [
    '',
    '{}',
    '{"probes": []}',
    '{"probes": [" ", 3]}',
    '{"probes": "x"}',
    '{"data": {"probes": ["x"]}}',
  ])
    assert.equal(probesOf(config), undefined, config);
});
