import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendReason, backendText } from '../../../extension/protocol/backendText.ts';
import { type EngineInfo, engineInfoText } from '../../../extension/protocol/engineInfo.ts';

test('what computes, and why nothing better does, in words', () => {
  const wasm = { requested: 'auto', used: 'wasm', instructions: 'relaxed-simd', threads: 1 } as const;
  assert.equal(backendText(wasm), 'WebAssembly kernels (relaxed-simd), 1 thread');
  assert.equal(backendReason(wasm), '');
  assert.equal(backendReason({ ...wasm, requested: 'wasm' }), 'engine.backend is "wasm"');
  assert.equal(backendReason({ ...wasm, reason: 'native: no file' }), 'not used: native: no file');
  assert.equal(backendText({ used: 'cpu', threads: 1 }), 'plain TypeScript, 1 thread');
  assert.equal(backendText({ used: 'tensorflow', threads: 4 }), 'TensorFlow, 4 threads');
});

const INFO: EngineInfo = {
  requested: { backend: 'auto', threads: 'auto' },
  computes: { requested: 'auto', used: 'native', instructions: 'avx2', threads: 2, reason: 'native (avx512): SIGILL' },
  carriers: [
    { kind: 'native', instructions: 'avx2', isBitExact: true, refused: ['native (avx512): SIGILL'] },
    { kind: 'wasm', refused: ['wasm: this version of Node (v20.1.0) does not know its instructions'] },
    { kind: 'wasm-plain', instructions: 'simd128', isBitExact: false, refused: [] },
  ],
  verdictsFile: '/cache/kernels.json',
  speed: { oneThread: { roofline: 50, gemm: 48 }, allThreads: { roofline: 100, gemm: 90 } },
  machine: { platform: 'linux-x64', processor: 'Abacus', physicalCores: 2, logicalCores: 4, memoryBytes: 2 ** 33 },
  memory: { usedBytes: 2 ** 20, highWaterBytes: 2 ** 21, memoryBytes: 2 ** 24, maxBytes: 2 ** 32 },
  versions: { gatescope: '1.2.3', node: '24.0.0', tfjsCore: '4.22.0' },
};

test('engine information has every fact', () => {
  const text = engineInfoText(INFO);
  for (const part of [
    /^ {2}Computes with native kernels \(avx2\), 2 threads$/m,
    /^ {2}Why: not used: native \(avx512\): SIGILL$/m,
    /^ {2}native \(avx2\): works, the same bits as everywhere\n {4}not used: native \(avx512\): SIGILL$/m,
    /^ {2}wasm: does not run here\n {4}wasm: this version of Node \(v20\.1\.0\)/m,
    /^ {2}wasm-plain \(simd128\): works, rounds in its own way/m,
    /\/cache\/kernels\.json/,
    /^ {2}1 thread: roofline 50\.0 GF\/s, matrix product 48\.0 GF\/s \(96 % of it\)$/m,
    /^ {2}2 threads: roofline 100\.0 GF\/s, matrix product 90\.0 GF\/s \(90 % of it\)$/m,
    /^ {2}1 MiB taken, 2 MiB at most so far; size 16 MiB, grows to 4,096 MiB$/m,
    /^ {2}Abacus, linux-x64\n {2}2 cores, 4 hardware threads, 8,192 MiB$/m,
    /^ {2}Gatescope 1\.2\.3, Node 24\.0\.0, tfjs-core 4\.22\.0$/m,
  ]) {
    assert.match(text, part);
  }
});

test('verdicts that cannot be kept are told with the reason and what to do', () => {
  const text = engineInfoText({ ...INFO, verdictsProblem: 'ENOENT: no such file or directory' });
  assert.match(text, /cannot be kept in \/cache\/kernels\.json: ENOENT/);
  assert.match(text, /tested anew at each start; mend the folder, or name another in XDG_CACHE_HOME/);
});

test('where nothing computes the reason stands first, and nothing is claimed about speed', () => {
  const { speed: _speed, memory: _memory, computes: _computes, ...facts } = INFO;
  const text = engineInfoText({ ...facts, problem: 'The backend "native" cannot run here.' });
  assert.match(text, /^Engine\n {2}Nothing computes: The backend "native" cannot run here\.\n/);
  assert.match(text, /Not measured/);
  assert.doesNotMatch(text, /GF\/s/);
});
