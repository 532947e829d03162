// What all fields of the form have: label, help, problems with their fixes, and the way back to the default.
import { html, nothing, type TemplateResult } from 'lit';
import type { FormChange, FormControl, FormField, FormPath } from '../../extension/protocol/formContract.ts';
import { icon, iconButton } from '../shared/icons.ts';
import type { FormView } from './formView.ts';

export type Control<K extends FormControl['kind']> = Extract<FormControl, { kind: K }>;
export type FieldOf<K extends FormControl['kind']> = FormField & { control: Control<K> };

/** What fields can ask for. */
export interface FormActions {
  change(change: FormChange): void;
  fix(message: string, title: string): void;
  showText(path: FormPath): void;
  /** Shows all fields of a group, or only those that are set. */
  open(path: FormPath, isOpen: boolean): void;
  /** What is wrong with what was typed, where it never reached the text. */
  noteOf(path: FormPath): string | undefined;
  note(path: FormPath, text: string | undefined): void;
}

export interface FieldContext {
  actions: FormActions;
  view: FormView;
  /** Set for the second control of one place: the value beside the select of its kind. */
  part?: 'value';
}

const ids = new Map<string, string>();

/** An id of a field in the document; paths may hold any character. */
export function idOf(path: FormPath, part = ''): string {
  const key = JSON.stringify(path);
  const id = ids.get(key) ?? `field-${ids.size}`;
  ids.set(key, id);
  return part === '' ? id : `${id}-${part}`;
}

export const controlId = ({ path }: FormField, { part }: FieldContext): string => idOf(path, part);

/** Text with its parts in backticks as code. */
export function prose(text: string): TemplateResult {
  const parts = text.split('`');
  return html`${parts.map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

export function renderHelp({ path, description }: FormField, more?: string): TemplateResult | typeof nothing {
  if (!description && !more) return nothing;
  return html`<p class="field-help" id=${idOf(path, 'help')}>
    ${description ? prose(description) : nothing} ${more ? prose(more) : nothing}
  </p>`;
}

export function renderProblems(field: FormField, { actions }: FieldContext): TemplateResult {
  const note = actions.noteOf(field.path);
  return html`<div id=${idOf(field.path, 'problems')} class="field-problems" aria-live="polite">
    ${note ? html`<p class="problem is-error">${icon('error')}<span>${note}</span></p>` : nothing}
    ${field.problems.map(
      ({ severity, message, fixes }) => html`<div class="problem is-${severity}">
        ${icon(severity)}
        <div>
          <span class="visually-hidden">${severity === 'error' ? 'Error:' : 'Warning:'}</span> ${message}
          ${fixes.map(
            (title) =>
              html`<button type="button" class="text-button" @click=${() => actions.fix(message, title)}>${title}</button>`,
          )}
        </div>
      </div>`,
    )}
  </div>`;
}

/** Attributes of a control that point at its help and its problems. */
export const describedBy = (field: FormField): string =>
  `${field.description ? `${idOf(field.path, 'help')} ` : ''}${idOf(field.path, 'problems')}`;

export const isInvalid = (field: FormField, { actions }: FieldContext): 'true' | typeof nothing =>
  field.problems.some(({ severity }) => severity === 'error') || actions.noteOf(field.path) ? 'true' : nothing;

export const spokenPath = (path: FormPath): string => path.join('.');

/** Buttons beside the label: to the text, and back to the default. */
export function renderTools(field: FormField, { actions }: FieldContext): TemplateResult {
  const { path, label, isSet, isRequired, isItem } = field;
  const remove = isItem
    ? `Remove ${typeof path.at(-1) === 'number' ? 'item ' : ''}${label}`
    : `Reset ${label} to its default`;
  return html`<span class="field-tools">
    ${
      isSet && !isRequired
        ? iconButton({
            label: remove,
            icon: isItem ? 'trash' : 'discard',
            onClick: () => {
              actions.note(path, undefined);
              // What is no longer set stays in sight.
              actions.open(path.slice(0, -1), true);
              actions.change({ kind: 'reset', path });
            },
          })
        : nothing
    }
    ${isSet ? html`<span class="to-text">${iconButton({ label: `Show ${label} in the text`, icon: 'go-to-file', onClick: () => actions.showText(path) })}</span>` : nothing}
  </span>`;
}
