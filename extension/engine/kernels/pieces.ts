// How threads share the pieces of a job, by atomics on the control words. The same few lines run on the engine's thread and on its helpers.
// Invariant: a piece is done once. A claim succeeds only while its generation is current, and a job ends only when all its pieces are done.
// Between two jobs the state is closed: a thread that is late and reads the count of the next job must not claim a piece for the last one.
// A helper that ends within a piece takes it along: whoever sees it end says so (noteEnd), and the job fails. The one who sees that may end
// too, with all helpers: the engine's thread asks for it. Time plays no part in either, so that neither a long piece nor a stopped process
// or a sleeping machine counts as an end.
import type { Carrier } from './carrier.ts';
import { BUSY_BYTES, CONTROL, ENTRIES, ENTRY_BYTES } from './layout.ts';

const word = (address: number): number => address / 4;
const STATE = word(CONTROL.state);
const DONE = word(CONTROL.done);
const COUNT = word(CONTROL.count);
const IS_CLOSING = word(CONTROL.isClosing);
const IS_LOST = word(CONTROL.isLost);
/** The word of a helper that says whether it has a piece. */
const busyWord = (helper: number): number => word(CONTROL.busy + helper * BUSY_BYTES);

const GENERATION_SHIFT = 12;
const PIECE_MASK = (1 << GENERATION_SHIFT) - 1;
/** No job has so many pieces (MAX_ENTRIES). */
const CLOSED = PIECE_MASK;

/** Looks this often before it sleeps: about 100 µs, longer than what lies between the jobs of a training step. */
const SPINS = 20_000;

const generationOf = (state: number): number => state >>> GENERATION_SHIFT;

/** What a thread works with. */
export interface Hands {
  control: Int32Array;
  carrier: Carrier;
  /** Address of its scratch. */
  scratch: number;
  /** Number of a helper, from 0; absent for the engine's thread. */
  helper?: number;
  /** All helpers together, for the engine's thread. */
  others?: { haveEnded(): boolean };
}

/** Does pieces of the job of `generation` until none is left, or one is lost. */
function doPieces({ control, carrier, scratch, helper, others }: Hands, generation: number): void {
  for (;;) {
    const state = Atomics.load(control, STATE);
    const piece = state & PIECE_MASK;
    if (generationOf(state) !== generation || piece >= Atomics.load(control, COUNT)) return;
    if (Atomics.load(control, IS_LOST) === 1 || others?.haveEnded()) return;
    // Busy before the claim, so that no claimed piece is without its mark.
    if (helper !== undefined) Atomics.store(control, busyWord(helper), 1);
    const isClaimed = Atomics.compareExchange(control, STATE, state, state + 1) === state;
    if (isClaimed) {
      carrier.run(ENTRIES + piece * ENTRY_BYTES, scratch);
      Atomics.add(control, DONE, 1);
    }
    if (helper !== undefined) Atomics.store(control, busyWord(helper), 0);
    if (isClaimed) Atomics.notify(control, DONE);
  }
}

/** What a helper thread does until the pool closes. Blocks. */
export function serveJobs(hands: Hands): void {
  const { control } = hands;
  let state = Atomics.load(control, STATE);
  doPieces(hands, generationOf(state));
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
    doPieces(hands, generationOf(state));
  }
}

/** Helper `helper` has ended, for whatever reason. Where it had a piece, the job is lost, and so is the memory it may have half written. */
export function noteEnd(control: Int32Array, helper: number): void {
  if (Atomics.load(control, busyWord(helper)) === 0) return;
  Atomics.store(control, IS_LOST, 1);
  Atomics.notify(control, DONE);
}

/** Offers the `count` entries that are written, does its share, and returns when all are done. False: a helper ended within a piece, or all have ended. */
export function runJob(hands: Hands, count: number): boolean {
  const { control } = hands;
  const last = generationOf(Atomics.load(control, STATE));
  Atomics.store(control, STATE, (last << GENERATION_SHIFT) | CLOSED);
  Atomics.store(control, COUNT, count);
  Atomics.store(control, DONE, 0);
  const generation = (last + 1) & (0xffff_ffff >>> GENERATION_SHIFT);
  Atomics.store(control, STATE, generation << GENERATION_SHIFT);
  Atomics.notify(control, STATE);
  doPieces(hands, generation);
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, DONE) === count) return true;
  return waitForOthers(hands, count);
}

/** A note that comes between a look at the words and the wait for one of them is found at the next look. */
const LOOK_MS = 100;

function waitForOthers({ control, others }: Hands, count: number): boolean {
  for (;;) {
    // Asked before the last look at what is done: helpers that have ended do no more.
    const isLost = Atomics.load(control, IS_LOST) === 1 || others?.haveEnded() === true;
    const done = Atomics.load(control, DONE);
    if (done === count) return true;
    if (isLost) return false;
    Atomics.wait(control, DONE, done, LOOK_MS);
  }
}

/** Wakes all helpers and has them end. */
export function closeJobs(control: Int32Array): void {
  Atomics.store(control, IS_CLOSING, 1);
  const generation = generationOf(Atomics.load(control, STATE)) + 1;
  Atomics.store(control, COUNT, 0);
  Atomics.store(control, STATE, generation << GENERATION_SHIFT);
  Atomics.notify(control, STATE);
}
