// Ownership of things that must be released: what is added to a store is disposed with it, last in, first out.

export interface Disposable {
  dispose(): void;
}

/** Disposes its members in reverse order; what is added after disposal is disposed at once. Errors are collected, then thrown together. */
export class DisposableStore implements Disposable {
  readonly #members: Disposable[] = [];
  #isDisposed = false;

  add<T extends Disposable>(member: T): T {
    if (this.#isDisposed) member.dispose();
    else this.#members.push(member);
    return member;
  }

  dispose(): void {
    this.#isDisposed = true;
    const errors: unknown[] = [];
    for (let member = this.#members.pop(); member; member = this.#members.pop()) {
      try {
        member.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Some members could not be disposed');
  }
}
