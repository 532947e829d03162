// Waiting on state: asks again until the answer is there; time is only a limit, never a condition.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 120_000;
const PAUSE_MS = 50;
/** How long the witness is given to tell. */
const WITNESS_MS = 5000;
/** How long an action is given at first to show in the state. */
const PATIENCE_MS = 5000;

/** Tells what there is to see when a wait has failed. */
let witness: (() => Promise<string>) | undefined;

/** Every later wait of this process that fails says what `tell` answers. */
export function tellWhenLate(tell: () => Promise<string>): void {
  witness = tell;
}

type Answer<T> = T | undefined | null | false;

/** The first answer of `ask` that is not undefined, null or false. Fails with what was waited for, and with the last error. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<Answer<T>> | Answer<T>,
  limitMs = LIMIT_MS,
): Promise<T> {
  const outcome = await firstAnswer(ask, limitMs);
  if ('answer' in outcome) return outcome.answer;
  throw await timedOut(what, limitMs, outcome.lastError);
}

/**
 * Acts, waits for the state that should follow, and acts again where it does not: on a busy machine a click or a key may go nowhere.
 * Answers with the state. It is given twice the time after each action, so that one whose effect is slow to show is not undone by the next.
 */
export async function actUntil<T>(
  what: string,
  act: () => Promise<unknown>,
  state: () => Promise<Answer<T>> | Answer<T>,
  firstPatienceMs = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + LIMIT_MS;
  for (let patienceMs = firstPatienceMs; ; patienceMs *= 2) {
    const failure = await act().then(
      () => undefined,
      (error: unknown) => error,
    );
    const outcome = await firstAnswer(state, patienceMs);
    if ('answer' in outcome) return outcome.answer;
    if (performance.now() > giveUpAt) throw await timedOut(what, LIMIT_MS, failure ?? outcome.lastError);
  }
}

type Outcome<T> = { answer: T } | { lastError: unknown };

/** Asks until there is an answer or the time is over, at least once. */
async function firstAnswer<T>(ask: () => Promise<Answer<T>> | Answer<T>, limitMs: number): Promise<Outcome<T>> {
  const giveUpAt = performance.now() + limitMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return { answer };
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > giveUpAt) return { lastError };
    await pause(PAUSE_MS);
  }
}

/** Reads again until it is what is expected, or a text that fits the pattern; fails with the difference. */
export async function becomes<T>(read: () => Promise<T>, expected: T | RegExp): Promise<void> {
  await eventually(`it is ${expected instanceof RegExp ? expected : JSON.stringify(expected)}`, async () => {
    const actual = await read();
    if (expected instanceof RegExp) assert.match(String(actual), expected);
    else assert.deepEqual(actual, expected);
    return true;
  });
}

async function timedOut(what: string, limitMs: number, cause: unknown): Promise<Error> {
  // A window that answers nothing must not keep the failure from being told.
  const seen = await Promise.race([witness?.().catch(() => undefined), pause(WITNESS_MS, undefined, { ref: false })]);
  const message = `It did not come to be within ${limitMs / 1000} s: ${what}`;
  return new Error(seen ? `${message}\nthe window shows: ${seen}` : message, { cause });
}
