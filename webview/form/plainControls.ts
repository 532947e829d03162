// The controls of plain values: text, number, flag, choice. A change goes to the text when it is made whole (Enter, or the focus leaves).
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { FormField, FormScalar } from '../../extension/protocol/formContract.ts';
import { type Control, controlId, describedBy, type FieldContext, type FieldOf, isInvalid } from './fieldParts.ts';
import { beginTyping, endTyping, kept, leaveTyping, takeTyped } from './typing.ts';

/** What was typed as a value; an error says what is expected instead. */
type Reading = { value: FormScalar } | { error: string };

export function renderText(field: FieldOf<'text'>, context: FieldContext): TemplateResult {
  const { value = '', byDefault, isLong, canBeNumber } = field.control;
  // A column can be a number: one that is written as digits alone counts as such.
  const read = (text: string): Reading => ({ value: canBeNumber && /^\d{1,9}$/.test(text) ? Number(text) : text });
  if (!isLong) return renderInput(field, { value, placeholder: byDefault, read }, context);
  return html`<textarea
    id=${controlId(field, context)}
    aria-label=${context.part ? field.label : nothing}
    rows="2"
    aria-describedby=${describedBy(field)}
    aria-invalid=${isInvalid(field, context)}
    ${kept(value)}
    @input=${beginTyping}
    @blur=${leaveTyping}
    @keydown=${(event: KeyboardEvent) => onKey(field, event, context)}
    @change=${(event: Event) => take(field, event, { read, context })}
  ></textarea>`;
}

export function renderNumber(field: FieldOf<'number'>, context: FieldContext): TemplateResult {
  const { value = '', byDefault, isInteger, expected } = field.control;
  return renderInput(
    field,
    { value, placeholder: byDefault, isNumber: true, isInteger, read: (text) => readNumber(text, expected) },
    context,
  );
}

/** A number that is out of range reaches the text: the config's own check says so and offers the nearest. */
export function readNumber(text: string, expected: string): Reading {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isFinite(value)
    ? { value }
    : { error: `“${text}” is no number: ${expected} is expected.` };
}

interface InputOptions {
  value: string;
  placeholder?: string;
  isNumber?: boolean;
  isInteger?: boolean;
  read(text: string): Reading;
}

function renderInput(field: FormField, options: InputOptions, context: FieldContext): TemplateResult {
  const { value, placeholder, isNumber, isInteger, read } = options;
  return html`<input
    type="text"
    class=${isNumber ? 'is-number' : ''}
    id=${controlId(field, context)}
    aria-label=${context.part ? field.label : nothing}
    inputmode=${isNumber ? (isInteger ? 'numeric' : 'decimal') : nothing}
    spellcheck="false"
    autocomplete="off"
    placeholder=${placeholder ?? nothing}
    aria-describedby=${describedBy(field)}
    aria-invalid=${isInvalid(field, context)}
    aria-required=${field.isRequired ? 'true' : nothing}
    ${kept(value)}
    @input=${beginTyping}
    @blur=${leaveTyping}
    @keydown=${(event: KeyboardEvent) => onKey(field, event, context)}
    @change=${(event: Event) => take(field, event, { read, context })}
  />`;
}

function onKey({ path }: FormField, event: KeyboardEvent, { actions }: FieldContext): void {
  if (event.key !== 'Escape') return;
  endTyping(event.currentTarget as Element);
  actions.note(path, undefined);
}

/** An emptied input means the default; what cannot be read stays typed, and is said. */
function take(
  field: FormField,
  event: Event,
  { read, context: { actions } }: { read(text: string): Reading; context: FieldContext },
): void {
  const input = event.currentTarget as HTMLInputElement;
  const { path, isRequired } = field;
  const reading = input.value === '' && !isRequired ? undefined : read(input.value);
  const error = reading && 'error' in reading ? reading.error : undefined;
  actions.note(path, error);
  if (error !== undefined) return;
  takeTyped(input);
  if (reading && 'value' in reading) actions.change({ kind: 'set', path, value: reading.value });
  else actions.change({ kind: 'reset', path });
}

/** Where nothing is set the box shows the default; without one it is neither on nor off. */
export function renderFlag(field: FieldOf<'flag'>, context: FieldContext): TemplateResult {
  const { path, control } = field;
  const { value = control.byDefault } = control;
  return html`<input
    type="checkbox"
    id=${controlId(field, context)}
    aria-label=${context.part ? field.label : nothing}
    aria-describedby=${describedBy(field)}
    .checked=${live(value ?? false)}
    .indeterminate=${live(value === undefined)}
    @change=${(event: Event) =>
      context.actions.change({ kind: 'set', path, value: (event.currentTarget as HTMLInputElement).checked })}
  />`;
}

export interface SelectOption {
  value: string;
  label: string;
  title?: string;
}

/** `chosen`: the value that stands in the text. Without the key, and where it may be left out, the default is an option. */
export function renderSelect(
  field: FormField,
  { options, chosen, byDefault }: { options: readonly SelectOption[]; chosen?: string; byDefault?: string },
  { context, choose }: { context: FieldContext; choose(value: string): void },
): TemplateResult {
  const defaultLabel = byDefault === undefined ? '(not set)' : `${byDefault} (default)`;
  const all = [
    ...(field.isRequired && chosen !== undefined ? [] : [{ value: '', label: defaultLabel, title: undefined }]),
    ...(chosen === undefined || options.some(({ value }) => value === chosen)
      ? []
      : [{ value: chosen, label: `${chosen} (not known)`, title: undefined }]),
    ...options,
  ];
  const onChange = (event: Event): void => {
    const { value } = event.currentTarget as HTMLSelectElement;
    if (value === '') context.actions.change({ kind: 'reset', path: field.path });
    else choose(value);
  };
  return html`<select
    id=${controlId(field, context)}
    aria-label=${context.part ? field.label : nothing}
    aria-describedby=${describedBy(field)}
    aria-invalid=${isInvalid(field, context)}
    @change=${onChange}
  >
    ${all.map(
      ({ value, label, title }) =>
        html`<option value=${value} title=${title ?? nothing} .selected=${live(value === (chosen ?? ''))}>${label}</option>`,
    )}
  </select>`;
}

export function renderChoice(field: FieldOf<'choice'>, context: FieldContext): TemplateResult {
  const { path, control } = field;
  const options = control.options.map(({ value, description }) => ({ value, label: value, title: description }));
  return renderSelect(
    field,
    { options, chosen: control.value, byDefault: control.byDefault },
    { context, choose: (value) => context.actions.change({ kind: 'set', path, value }) },
  );
}

/** What the value that counts means. */
export function choiceHelp({ value, byDefault, options }: Control<'choice'>): string | undefined {
  const counts = value ?? byDefault;
  const description = options.find((option) => option.value === counts)?.description;
  return description && `\`${counts}\`: ${description}`;
}
