// Ends a regular expression of a tokenizer.json of others that takes too long. V8 lets a match be ended only from outside the running code, which
// `vm` does by its timeout: nothing of a file is run as code.
import { Script } from 'node:vm';
import { useMatchLimit } from '../text/matchLimit.ts';
import { UserError } from '../util/userError.ts';

const LIMIT_MS = 5000;

const SLOT = Symbol.for('gatescope.watchedWork');
type Slot = { [SLOT]?: () => void };
const script = new Script(`globalThis[Symbol.for('gatescope.watchedWork')]()`);

/** From now on, in this thread. */
export function limitMatches(limitMs = LIMIT_MS): void {
  useMatchLimit(<T>(work: () => T): T => {
    let result: T | undefined;
    const slot = globalThis as Slot;
    slot[SLOT] = () => {
      result = work();
    };
    try {
      script.runInThisContext({ timeout: limitMs });
      return result as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw tooSlow(limitMs);
      throw error;
    } finally {
      delete slot[SLOT];
    }
  });
}

function tooSlow(limitMs: number): UserError {
  return new UserError({
    code: 'tokenizer.tooSlow',
    message: `A regular expression of the tokenizer.json took more than ${limitMs / 1000} s for one text.`,
    remedy: 'Train a tokenizer here (gatescope tokenizer train), or give another tokenizer.json.',
  });
}
