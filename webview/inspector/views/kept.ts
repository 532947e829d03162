// What a further view remembers over a reload, and while another view is open: some of its properties, by name. What was saved is parsed,
// never trusted. Tells `keep` with an object of these properties whenever one of them changed.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What was saved of one property, or undefined where that is not usable: then the view's own default stays. */
export type Parser<T> = (saved: unknown) => T | undefined;

export type Parsers<View> = { readonly [Name in keyof View]?: Parser<View[Name]> };

type Host = ReactiveControllerHost & HTMLElement & { kept: unknown };

export class Kept<View extends Host> implements ReactiveController {
  readonly #view: View;
  readonly #parsers: Parsers<View>;
  #last: string | undefined;

  constructor(view: View, parsers: Parsers<View>) {
    this.#view = view;
    this.#parsers = parsers;
    view.addController(this);
  }

  /** To be called first thing in `willUpdate`: takes over what was saved, once. */
  restore(): void {
    if (this.#last !== undefined) return;
    const { kept } = this.#view;
    const saved = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
    for (const name of this.#names) {
      const value = this.#parsers[name]?.(saved[name]);
      if (value !== undefined) this.#view[name] = value;
    }
    this.#last = JSON.stringify(this.#values);
  }

  hostUpdated(): void {
    const values = this.#values;
    const text = JSON.stringify(values);
    if (text === this.#last) return;
    this.#last = text;
    this.#view.dispatchEvent(new CustomEvent('keep', { detail: values, bubbles: true }));
  }

  get #names(): (keyof View & string)[] {
    return Object.keys(this.#parsers) as (keyof View & string)[];
  }

  get #values(): Record<string, unknown> {
    return Object.fromEntries(this.#names.map((name) => [name, this.#view[name]]));
  }
}

export const aBoolean: Parser<boolean> = (saved) => (typeof saved === 'boolean' ? saved : undefined);

/** Texts are cut rather than dropped: longer ones were never shown whole. */
export const aText: Parser<string> = (saved) => (typeof saved === 'string' ? saved.slice(0, MAX_TEXT) : undefined);

export const aNumber =
  (min: number, max: number): Parser<number> =>
  (saved) =>
    typeof saved === 'number' && saved >= min && saved <= max ? saved : undefined;

export const anIndex: Parser<number> = (saved) =>
  Number.isInteger(saved) && (saved as number) >= 0 && (saved as number) < MAX_INDEX ? (saved as number) : undefined;

export const oneOf =
  <T>(...options: readonly T[]): Parser<T> =>
  (saved) =>
    options.find((option) => option === saved);

/** An object all of whose parts are usable. */
export const aRecord =
  <T extends object>(parsers: { readonly [Name in keyof T]: Parser<T[Name]> }): Parser<T> =>
  (saved) => {
    if (typeof saved !== 'object' || saved === null) return undefined;
    const parts = Object.keys(parsers).map((name) => [
      name,
      parsers[name as keyof T]((saved as Record<string, unknown>)[name]),
    ]);
    return parts.every(([, value]) => value !== undefined) ? (Object.fromEntries(parts) as T) : undefined;
  };

/** Of heatmaps, beyond what any of them takes. */
export const MAX_ZOOM = 1000;
const MAX_TEXT = 100_000;
const MAX_INDEX = 1 << 20;
