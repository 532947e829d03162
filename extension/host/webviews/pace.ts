// The pace of a page: of what may come faster than the page takes it, one event is under way at a time.
// Invariant: a request waits at most once, in the order of requests, and its payload is made when its turn comes. So nothing piles up
// for a slow page, and nothing else that is sent to it (answers, focus) waits behind more than one event.

/** Sends what there is now; resolves once the page took it. */
export type Delivery = () => Promise<void>;

export class Pace {
  readonly #waiting = new Map<string, Delivery>();
  #underWay: object | undefined;

  /** `deliver` is called when the page is free. While a request with this key waits, another one adds nothing. */
  request(key: string, deliver: Delivery): void {
    if (!this.#waiting.has(key)) this.#waiting.set(key, deliver);
    this.#next();
  }

  /** There is a new document: what was under way to the old one will never be taken. */
  restart(): void {
    this.#underWay = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#underWay) return;
    const [first] = this.#waiting;
    if (!first) return;
    const [key, deliver] = first;
    this.#waiting.delete(key);
    const turn = {};
    this.#underWay = turn;
    void deliver().finally(() => {
      if (this.#underWay !== turn) return;
      this.#underWay = undefined;
      this.#next();
    });
  }
}
