// How much memory reading a file may take. Invariant: everything that a reader allocates by what the file says is asked for here first,
// so that a small file cannot claim much: a compressed bomb, a tensor spread over one number, a list of lists.
import { UserError } from '../../util/userError.ts';

/** Weights hardly compress: a file that grows beyond this is not weights, or saved in a way nobody needs. */
const GROWTH = 4;
/** Small files hold more structure than numbers. */
const ALWAYS_ALLOWED_BYTES = 1 << 20;

export class Allowance {
  readonly #limit: number;
  #taken = 0;

  constructor(fileBytes: number) {
    this.#limit = Math.max(GROWTH * fileBytes, ALWAYS_ALLOWED_BYTES);
  }

  /** Call before allocating `bytes`. Throws UserError `weights.tooLarge`. */
  take(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken <= this.#limit) return;
    throw new UserError({
      code: 'weights.tooLarge',
      message: `The weights cannot be read: what the file claims to hold is more than ${GROWTH} times its size.`,
      remedy: 'Save the weights without compression, each tensor with memory of its own.',
    });
  }

  /** What was taken for a while is free again. */
  give(bytes: number): void {
    this.#taken -= bytes;
  }

  /** Bytes that may still be taken. */
  get left(): number {
    return this.#limit - this.#taken;
  }
}
