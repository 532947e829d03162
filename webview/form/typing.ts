// Inputs that are typed in. Invariant: what is half typed is never overwritten; it ends by a change, by Escape, or when nothing was changed.
import { nothing } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

type Input = HTMLInputElement | HTMLTextAreaElement;

const typed = new WeakSet<Element>();
/** What the text has, by input. */
const shown = new WeakMap<Element, string>();

class Kept extends Directive {
  render(_value: string): typeof nothing {
    return nothing;
  }

  override update({ element }: ElementPart, [value]: [string]): typeof nothing {
    const input = element as Input;
    shown.set(input, value);
    if (!typed.has(input) && input.value !== value) input.value = value;
    return nothing;
  }
}

/** In the tag of an input: shows `value` unless something else is half typed in it. */
export const kept = directive(Kept);

export const isTyped = (element: Element | null): element is Input => element !== null && typed.has(element);

export function beginTyping(event: Event): void {
  typed.add(event.currentTarget as Element);
}

/** Shows what the text has again. */
export function endTyping(element: Element): void {
  typed.delete(element);
  const value = shown.get(element);
  if (value !== undefined) (element as Input).value = value;
}

/** What was typed is taken: it stays until the text answers with its own. */
export function takeTyped(element: Element): void {
  typed.delete(element);
}

/** For the focus that leaves an input: without a change nothing is half typed. */
export function leaveTyping(event: Event): void {
  const element = event.currentTarget as Input;
  if (element.value === shown.get(element)) typed.delete(element);
}
