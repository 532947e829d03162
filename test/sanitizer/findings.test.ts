// That the sanitized kernels find what is wrong: without it, their silence over all kernel tests would say nothing.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ARGUMENT_WORDS, ARGUMENTS, MAX_CALLS } from '../../extension/engine/kernels/layout.ts';
import { SpacedArena, WatchedMachine } from '../support/watchedMachine.ts';
import { CARRIERS_HERE, openTestMachine } from '../unit/kernels/support.ts';

const natives = CARRIERS_HERE.filter(({ source }) => source.kind === 'native');

test('the kernels under test are the sanitized ones, and all instructions of this processor are', () => {
  const path = process.env.GATESCOPE_SANITIZED_KERNELS;
  assert.ok(path, 'these tests run over the sanitized kernels: npm run test:sanitized');
  assert.ok(natives.length > 0);
  assert.ok(natives.every(({ source }) => source.path === path));
});

for (const carrier of natives) {
  for (const threads of [1, 2]) {
    const opened = openTestMachine(carrier, threads);
    after(async () => (await opened).machine.close());
    const what = `${carrier.name}, ${threads} threads`;

    test(`${what}: a job within its arrays is no finding`, async () => {
      const { machine } = await opened;
      assert.ok(machine instanceof WatchedMachine && machine.arena instanceof SpacedArena);
      const [sums, ones] = [machine.arena.float32(37).fill(1), machine.arena.float32(37).fill(1)];
      const job = machine.job();
      const call = job.call([sums, ones]);
      machine.run(job.piece('add', call, 0, 20).piece('add', call, 20, 37));
      assert.ok(sums.every((value) => value === 2));
    });

    test(`${what}: reading or writing one float too many is found, wherever the array ends`, async () => {
      const { machine } = await opened;
      for (const length of [15, 16, 37, 64]) {
        const [short, long] = [machine.arena.float32(length), machine.arena.float32(length + 16)];
        for (const [out, x, does] of [
          [short, long, `reads|writes`],
          [long, short, 'reads'],
        ] as const) {
          const job = machine.job();
          const call = job.call([out, x]);
          job.piece('add', call, 0, 1).piece('add', call, 1, length + 1);
          const expected = new RegExp(
            `of add (${does}) \\d+ bytes that it was not given, .* into an array of ${length * 4}$`,
          );
          assert.throws(() => machine.run(job), expected);
        }
      }
    });

    test(`${what}: an array that another job was given is not this one's`, async () => {
      const { machine } = await opened;
      const [mine, yours] = [machine.arena.float32(8).fill(1), machine.arena.float32(8).fill(1)];
      const job = machine.job();
      const call = job.call([mine, mine]);
      // As if a kernel took the wrong address.
      new Int32Array(machine.arena.memory.buffer)[call / 4 + 1] = yours.byteOffset;
      assert.throws(() => machine.run(job.piece('add', call, 0, 8)), /of add reads 32 bytes|of add reads \d+ bytes/);
    });

    test(`${what}: an address outside of the memory, and one between two floats`, async () => {
      const { machine } = await opened;
      const sums = machine.arena.float32(16).fill(0);
      const words = new Int32Array(machine.arena.memory.buffer);
      const runWith = (address: number): void => {
        const job = machine.job();
        const call = job.call([sums, sums]);
        words[call / 4 + 1] = address;
        machine.run(job.piece('add', call, 0, 3));
      };
      assert.throws(() => runWith(ARGUMENTS + MAX_CALLS * ARGUMENT_WORDS * 4), /of add reads/);
      assert.throws(
        () => runWith(sums.byteOffset + 2),
        /Undefined behaviour in a job of add: (type_mismatch_v1|alignment_assumption) at .*\.[ch]:\d+/,
      );
    });
  }
}
