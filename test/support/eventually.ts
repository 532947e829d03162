// Waiting on state: asks again until the answer is there; time is only a limit, never a condition.
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const PAUSE_MS = 50;

/** The first answer of `ask` that is not undefined, null or false. Fails with what was waited for, and with the last error. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
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
    if (performance.now() > giveUpAt)
      throw new Error(`It did not come to be within ${limitMs / 1000} s: ${what}`, { cause: lastError });
    await pause(PAUSE_MS);
  }
}
