// How threads share the pieces of a job, by atomics on the control words. The same few lines run on the engine's thread and on its helpers.
// Invariant: a piece is done once. A claim succeeds only while its generation is current, and a job ends only when all its pieces are done.
// Between two jobs the state is closed: a thread that is late and reads the count of the next job must not claim a piece for the last one.
import type { Carrier } from './carrier.ts';
import { CONTROL, ENTRIES, ENTRY_BYTES } from './layout.ts';

const word = (address: number): number => address / 4;
const STATE = word(CONTROL.state);
const DONE = word(CONTROL.done);
const COUNT = word(CONTROL.count);
const IS_CLOSING = word(CONTROL.isClosing);
const HEARTBEAT = word(CONTROL.heartbeat);

const GENERATION_SHIFT = 12;
const PIECE_MASK = (1 << GENERATION_SHIFT) - 1;
/** No job has so many pieces (MAX_ENTRIES). */
const CLOSED = PIECE_MASK;

/** Looks this often before it sleeps: about 100 µs, longer than what lies between the jobs of a training step. */
const SPINS = 20_000;
/**
 * A helper that neither finishes nor moves its heartbeat in so many looks is dead. Looks are counted and not time, which also passes
 * while the whole process is stopped (Ctrl-Z) or the machine sleeps.
 */
const DEAD_AFTER_LOOKS = 15;
const LOOK_MS = 100;

const generationOf = (state: number): number => state >>> GENERATION_SHIFT;

/** Does pieces of the job of `generation` until none is left. */
function doPieces(control: Int32Array, generation: number, carrier: Carrier, scratch: number): void {
  for (;;) {
    const state = Atomics.load(control, STATE);
    const piece = state & PIECE_MASK;
    if (generationOf(state) !== generation || piece >= Atomics.load(control, COUNT)) return;
    if (Atomics.compareExchange(control, STATE, state, state + 1) !== state) continue;
    carrier.run(ENTRIES + piece * ENTRY_BYTES, scratch);
    Atomics.add(control, DONE, 1);
    Atomics.notify(control, DONE);
  }
}

/** What a helper thread does until the pool closes. Blocks. */
export function serveJobs(control: Int32Array, carrier: Carrier, scratch: number): void {
  let state = Atomics.load(control, STATE);
  doPieces(control, generationOf(state), carrier, scratch);
  for (;;) {
    const generation = generationOf(state);
    state = Atomics.load(control, STATE);
    for (let spin = 0; spin < SPINS && generationOf(state) === generation; spin++) state = Atomics.load(control, STATE);
    while (generationOf(state) === generation) {
      if (Atomics.load(control, IS_CLOSING) === 1) return;
      Atomics.wait(control, STATE, state);
      state = Atomics.load(control, STATE);
    }
    if (Atomics.load(control, IS_CLOSING) === 1) return;
    doPieces(control, generationOf(state), carrier, scratch);
  }
}

/** Offers the `count` entries that are written, does its share, and returns when all are done. False: a helper died. */
export function runJob(control: Int32Array, count: number, carrier: Carrier, scratch: number): boolean {
  const last = generationOf(Atomics.load(control, STATE));
  Atomics.store(control, STATE, (last << GENERATION_SHIFT) | CLOSED);
  Atomics.store(control, COUNT, count);
  Atomics.store(control, DONE, 0);
  const generation = (last + 1) & (0xffff_ffff >>> GENERATION_SHIFT);
  Atomics.store(control, STATE, generation << GENERATION_SHIFT);
  Atomics.notify(control, STATE);
  doPieces(control, generation, carrier, scratch);
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, DONE) === count) return true;
  return waitForOthers(control, count);
}

function waitForOthers(control: Int32Array, count: number): boolean {
  let [beat, silent] = [Atomics.load(control, HEARTBEAT), 0];
  for (let done = Atomics.load(control, DONE); done !== count; done = Atomics.load(control, DONE)) {
    const woken = Atomics.wait(control, DONE, done, LOOK_MS);
    const nextBeat = Atomics.load(control, HEARTBEAT);
    if (nextBeat !== beat || Atomics.load(control, DONE) !== done) [beat, silent] = [nextBeat, 0];
    else if (woken === 'timed-out' && ++silent >= DEAD_AFTER_LOOKS) return false;
  }
  return true;
}

/** Wakes all helpers and has them end. */
export function closeJobs(control: Int32Array): void {
  Atomics.store(control, IS_CLOSING, 1);
  const generation = generationOf(Atomics.load(control, STATE)) + 1;
  Atomics.store(control, COUNT, 0);
  Atomics.store(control, STATE, generation << GENERATION_SHIFT);
  Atomics.notify(control, STATE);
}
