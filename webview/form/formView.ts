// What the page remembers over a reload: what is looked for, and how far it is scrolled. Pure; what was saved is parsed, never trusted.
import type { FormField } from '../../extension/protocol/formContract.ts';

export interface FormView {
  filter: string;
  /** Shows only what stands in the text. */
  isOnlySet: boolean;
  /** Paths of the groups that show the fields that are not set too. */
  open: readonly string[];
  scrollTop: number;
}

const MAX_OPEN = 200;
/** Fewer fields than this are not worth a button. */
const MIN_MORE = 3;

export function parseFormView(saved: unknown): FormView {
  const { filter, isOnlySet, open, scrollTop } = (
    typeof saved === 'object' && saved !== null ? saved : {}
  ) as Partial<FormView>;
  return {
    filter: typeof filter === 'string' ? filter : '',
    isOnlySet: isOnlySet === true,
    open: Array.isArray(open) ? open.filter((path) => typeof path === 'string').slice(0, MAX_OPEN) : [],
    scrollTop: typeof scrollTop === 'number' && Number.isFinite(scrollTop) ? scrollTop : 0,
  };
}

/** The fields that stand below a field. */
export function childrenOf({ control }: FormField): readonly FormField[] {
  if (control.kind === 'group' || control.kind === 'variant') return control.fields;
  return control.kind === 'list' || control.kind === 'map' ? control.items : [];
}

/** Whether a field is shown: it or one below it is looked for. A field with a problem always is. */
export function isShown(field: FormField, view: FormView): boolean {
  if (field.problems.length > 0) return true;
  const children = childrenOf(field);
  if (view.isOnlySet && !field.isSet) return children.some((child) => isShown(child, view));
  return matches(field, view.filter) || children.some((child) => isShown(child, view));
}

/** By label, path, description and what can be chosen. Words may stand in any order. */
export function matches({ label, path, description = '', control }: FormField, filter: string): boolean {
  const choices = control.kind === 'choice' ? control.options.map(({ value }) => value) : [];
  const branches = control.kind === 'variant' ? control.branches.map((branch) => branch.label) : [];
  const text = [label, path.join('.'), description, ...choices, ...branches].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What is looked for below a field that is itself what is looked for: everything. */
export function viewBelow(field: FormField, view: FormView): FormView {
  const isFound = view.filter !== '' && matches({ ...field, description: '' }, view.filter);
  return isFound ? { ...view, filter: '' } : view;
}

export function countProblems(field: FormField): { errors: number; warnings: number } {
  const own = { errors: 0, warnings: 0 };
  for (const { severity } of field.problems) own[severity === 'error' ? 'errors' : 'warnings']++;
  return childrenOf(field)
    .map(countProblems)
    .reduce((sum, { errors, warnings }) => ({ errors: sum.errors + errors, warnings: sum.warnings + warnings }), own);
}

/** Of the fields of a group those that wait behind a button: they are not set and need not be. None while something is looked for. */
export function fieldsBehind(fields: readonly FormField[], view: FormView): FormField[] {
  if (view.filter !== '' || view.isOnlySet) return [];
  const isIdle = (field: FormField): boolean =>
    !field.isSet && !field.isRequired && field.problems.length === 0 && !childrenOf(field).some((child) => child.isSet);
  const idle = fields.filter(isIdle);
  return idle.length < MIN_MORE ? [] : idle;
}
