// Waiting on state: asks again until the answer is there; time is only a limit, never a condition.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 120_000;
const PAUSE_MS = 50;
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
  const giveUpAt = performance.now() + limitMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > giveUpAt) throw await timedOut(what, limitMs, lastError);
    await pause(PAUSE_MS);
  }
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
    try {
      return await eventually(what, state, patienceMs);
    } catch (error) {
      if (performance.now() > giveUpAt) throw await timedOut(what, LIMIT_MS, failure ?? (error as Error).cause);
    }
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
  const seen = await witness?.().catch(() => undefined);
  const message = `It did not come to be within ${limitMs / 1000} s: ${what}`;
  return new Error(seen ? `${message}\nthe window shows: ${seen}` : message, { cause });
}
