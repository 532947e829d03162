// Styles that depend on data, set through the style object: the policy of the page forbids style attributes.
import { nothing } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

class Styled extends Directive {
  render(_properties: Readonly<Record<string, string>>): typeof nothing {
    return nothing;
  }

  override update({ element }: ElementPart, [properties]: [Readonly<Record<string, string>>]): typeof nothing {
    for (const [name, value] of Object.entries(properties)) (element as HTMLElement).style.setProperty(name, value);
    return nothing;
  }
}

/** In a tag: `<div ${styled({ 'inline-size': '50%' })}>`. The names must be the same every time. */
export const styled = directive(Styled);
