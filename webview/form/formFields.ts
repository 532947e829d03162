// The fields of the form, drawn as the host describes them: plain values, groups, unions, lists and maps.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { FormControl, FormField } from '../../extension/protocol/formContract.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { button } from '../shared/widgets.ts';
import {
  type Control,
  type FieldContext,
  type FieldOf,
  idOf,
  renderHelp,
  renderProblems,
  renderTools,
  spokenPath,
} from './fieldParts.ts';
import { fieldsBehind, isShown, viewBelow } from './formView.ts';
import { choiceHelp, renderChoice, renderFlag, renderNumber, renderSelect, renderText } from './plainControls.ts';

const is = <K extends FormControl['kind']>(field: FormField, kind: K): field is FieldOf<K> =>
  field.control.kind === kind;

/** The fields that are looked for, in their order. */
export function renderFields(fields: readonly FormField[], context: FieldContext): TemplateResult {
  const shown = fields.filter((field) => isShown(field, context.view));
  return html`${repeat(
    shown,
    ({ path, control }) => JSON.stringify([path, control.kind]),
    (field) => renderField(field, { ...context, view: viewBelow(field, context.view) }),
  )}`;
}

export function renderField(field: FormField, context: FieldContext): TemplateResult {
  if (is(field, 'group')) return renderGroup(field, context);
  if (is(field, 'list')) return renderList(field, context);
  if (is(field, 'map')) return renderMap(field, context);
  if (is(field, 'variant')) return renderVariant(field, context);
  return renderRow(field, renderPlain(field, context), context);
}

function renderPlain(field: FormField, context: FieldContext): TemplateResult {
  if (is(field, 'text')) return renderText(field, context);
  if (is(field, 'number')) return renderNumber(field, context);
  if (is(field, 'flag')) return renderFlag(field, context);
  if (is(field, 'choice')) return renderChoice(field, context);
  const value = is(field, 'other') ? field.control.value : '';
  return html`<output id=${idOf(field.path)} class="other">${value}</output>`;
}

/** A label with its control; help and problems below it. */
function renderRow(
  field: FormField,
  control: TemplateResult,
  context: FieldContext,
  below?: TemplateResult,
): TemplateResult {
  const { path, label, isRequired, isSet, isItem } = field;
  const more = moreHelp(field);
  return html`<div class="field ${isSet ? 'is-set' : ''}" data-path=${spokenPath(path)}>
    <div class="field-head">
      <label for=${idOf(path)} title=${spokenPath(path)}>${isItem && typeof path.at(-1) === 'number' ? html`<span class="visually-hidden">Item </span>` : nothing}${label}</label>
      ${isRequired && !isSet ? html`<span class="badge">required</span>` : nothing}
    </div>
    <div class="field-body">
      <div class="field-control">${control} ${isItem && isSet && !isRequired ? renderMoves(field, context) : nothing}
        ${isItem && isRequired ? nothing : renderTools(field, context)}</div>
      ${isItem ? nothing : renderHelp(field, more)} ${renderProblems(field, context)}
    </div>
    ${below ?? nothing}
  </div>`;
}

function renderMoves({ path, label }: FormField, { actions }: FieldContext): TemplateResult | typeof nothing {
  const at = path.at(-1);
  if (typeof at !== 'number' || at === 0) return nothing;
  return html`${iconButton({ label: `Move item ${label} up`, icon: 'arrow-up', onClick: () => actions.change({ kind: 'move', path, by: -1 }) })}`;
}

/** A group that is off is a line with a button; its absence means something. */
function renderGroup(field: FieldOf<'group'>, context: FieldContext): TemplateResult {
  const { path, label, control } = field;
  const head = html`<div class="group-head">
    <span id=${idOf(path, 'name')} class="group-name" title=${spokenPath(path)}>${label}</span>
    ${control.isOff ? html`<span class="muted">off</span>` : nothing}
    <span class="spacer"></span>
    ${
      control.isOff
        ? button({
            label: `Turn On ${label}`,
            icon: 'add',
            onClick: () => context.actions.change({ kind: 'add', path }),
          })
        : renderTools(field, context)
    }
  </div>`;
  return html`<div
    class="group"
    role="group"
    data-path=${spokenPath(path)}
    aria-labelledby=${idOf(path, 'name')}
  >
    ${head} ${renderHelp(field)} ${renderProblems(field, context)}
    ${control.isOff ? nothing : renderBody(field, control.fields, context)}
  </div>`;
}

/** A select of the branches, and the fields of the one that counts; one that is no object has a control beside the select. */
function renderVariant(field: FieldOf<'variant'>, context: FieldContext): TemplateResult {
  const { path, control } = field;
  const { branches, chosen, byDefault, fields } = control;
  const select = renderSelect(
    field,
    {
      options: branches.map(({ label, description }, at) => ({ value: String(at), label, title: description })),
      chosen: chosen === undefined ? undefined : String(chosen),
      byDefault: byDefault === undefined ? undefined : branches[byDefault].label,
    },
    { context, choose: (value) => context.actions.change({ kind: 'choose', path, branch: Number(value) }) },
  );
  const value = fields.find((each) => each.path.length === path.length);
  if (value) {
    const own: FieldContext = { ...context, part: 'value' };
    const both = { ...field, problems: [...field.problems, ...value.problems] };
    if (is(value, 'map'))
      return renderRow(both, select, context, html`<div class="group-body">${renderMap(value, own)}</div>`);
    const named = { ...value, label: `${field.label}: ${value.label}` };
    return renderRow(both, html`${select} ${renderPlain(named, own)}`, context);
  }
  return renderRow(field, select, context, fields.length > 0 ? renderBody(field, fields, context) : undefined);
}

/** The fields of a group; those that nobody has set wait behind a button that names them. */
function renderBody({ path, label }: FormField, fields: readonly FormField[], context: FieldContext): TemplateResult {
  const { view, actions } = context;
  const behind = fieldsBehind(fields, view);
  const isOpen = view.open.includes(spokenPath(path));
  const shown = isOpen ? fields : fields.filter((field) => !behind.includes(field));
  const names = behind.map((field) => field.label).join(', ');
  return html`<div class="group-body">
    ${renderFields(shown, context)}
    ${
      behind.length === 0
        ? nothing
        : html`<button
            type="button"
            class="text-button more"
            aria-expanded=${isOpen ? 'true' : 'false'}
            @click=${() => actions.open(path, !isOpen)}
          >
            ${icon(isOpen ? 'chevron-up' : 'chevron-down')}<span
              >${isOpen ? 'Fewer' : 'More'}<span class="visually-hidden"> fields of ${label}</span>${isOpen ? nothing : html`: <span class="muted">${names}</span>`}</span
            >
          </button>`
    }
  </div>`;
}

/** What may be typed, or what the value that counts means. */
function moreHelp({ control }: FormField): string | undefined {
  if (control.kind === 'number') return `${control.expected.charAt(0).toUpperCase()}${control.expected.slice(1)}.`;
  if (control.kind === 'choice') return choiceHelp(control);
  if (control.kind !== 'variant') return undefined;
  const counts = control.chosen ?? control.byDefault;
  const branch = counts === undefined ? undefined : control.branches[counts];
  return branch?.description && `${branch.label}: ${branch.description}`;
}

function renderList(field: FieldOf<'list'>, context: FieldContext): TemplateResult {
  const { path, label, control } = field;
  const { items, adds, byDefault } = control;
  return html`<div class="field is-list ${field.isSet ? 'is-set' : ''}" role="group" data-path=${spokenPath(path)} aria-labelledby=${idOf(path, 'name')}>
    <div class="field-head"><span id=${idOf(path, 'name')} title=${spokenPath(path)}>${label}</span></div>
    <div class="field-body">
      <div class="items">
        ${repeat(
          items,
          (item) => JSON.stringify([item.path, item.control.kind]),
          (item) => renderField(item, context),
        )}
      </div>
      <div class="field-control list-end">
        ${items.length === 0 && byDefault ? html`<span class="muted">${byDefault} (default)</span>` : nothing}
        ${renderAddition(field, adds, context)} ${renderTools(field, context)}
      </div>
      ${renderHelp(field)} ${renderProblems(field, context)}
    </div>
  </div>`;
}

function renderAddition(
  { path, label }: FormField,
  adds: Control<'list'>['adds'],
  { actions }: FieldContext,
): TemplateResult | typeof nothing {
  const addValue = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement | HTMLSelectElement;
    if (input.value !== '') actions.change({ kind: 'add', path, value: input.value });
    input.value = '';
  };
  if (adds.kind === 'text')
    return html`<input type="text" class="add" spellcheck="false" aria-label="Add to ${label}" placeholder="Type and press Enter to add" @change=${addValue} />`;
  if (adds.kind === 'choice')
    return html`<select class="add" aria-label="Add to ${label}" @change=${addValue}>
      <option value="">Add …</option>
      ${adds.options.map(({ value, description }) => html`<option value=${value} title=${description ?? nothing}>${value}</option>`)}
    </select>`;
  if (adds.kind === 'item')
    return button({ label: `Add to ${label}`, icon: 'add', onClick: () => actions.change({ kind: 'add', path }) });
  return nothing;
}

/** `part` is set where the select of a union stands above it, with label and tools of the same place. */
function renderMap(field: FieldOf<'map'>, context: FieldContext): TemplateResult {
  const { path, label, control } = field;
  const isBare = context.part !== undefined;
  const addKey = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const key = input.value.trim();
    if (key !== '') context.actions.change({ kind: 'add', path, key });
    input.value = '';
  };
  const below = { actions: context.actions, view: { ...context.view, filter: '', isOnlySet: false } };
  return html`<div
    class="field is-list is-map ${isBare ? 'is-bare' : field.isSet ? 'is-set' : ''}"
    role="group"
    data-path=${isBare ? nothing : spokenPath(path)}
    aria-labelledby=${idOf(path, isBare ? 'map' : 'name')}
  >
    <div class="field-head"><span id=${idOf(path, isBare ? 'map' : 'name')} title=${spokenPath(path)}>${label}</span></div>
    <div class="field-body">
      <div class="items">${renderFields(control.items, below)}</div>
      <div class="field-control">
        <input
          type="text"
          class="add"
          spellcheck="false"
          aria-label="Add a ${control.keyWord} to ${label}"
          placeholder="Type a ${control.keyWord} and press Enter to add"
          @change=${addKey}
        />
        ${isBare ? nothing : renderTools(field, context)}
      </div>
      ${isBare ? nothing : html`${renderHelp(field)} ${renderProblems(field, context)}`}
    </div>
  </div>`;
}
