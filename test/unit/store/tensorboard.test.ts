// Event files byte for byte as the TensorBoard library writes them (test/golden/tensorboard).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32c, fileVersionRecord, scalarsRecord } from '../../../extension/store/tensorboard.ts';

test('CRC-32C of RFC 3720', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
});

test('records are those of the library', () => {
  const ours = Buffer.concat([
    fileVersionRecord(1764000000.25),
    scalarsRecord(1764000001.5, 1, { 'loss/step': 1.75, learning_rate: 0.001 }),
    scalarsRecord(1764000002, 300, { 'loss/train': Number.POSITIVE_INFINITY }),
    scalarsRecord(1764000003, 2 ** 31 + 5, { 'größe/é': -0.5 }),
  ]);
  assert.deepEqual(ours, readFileSync(new URL('../../golden/tensorboard/events.tfevents', import.meta.url)));
});
