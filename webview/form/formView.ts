// What the page remembers over a reload: what is looked for, and how far it is scrolled. Pure; what was saved is parsed, never trusted.
import type { FormField } from '../../extension/protocol/formContract.ts';

export interface FormView {
  filter: string;
  /** Shows only what stands in the text. */
  isOnlySet: boolean;
  scrollTop: number;
}

export function parseFormView(saved: unknown): FormView {
  const { filter, isOnlySet, scrollTop } = (
    typeof saved === 'object' && saved !== null ? saved : {}
  ) as Partial<FormView>;
  return {
    filter: typeof filter === 'string' ? filter : '',
    isOnlySet: isOnlySet === true,
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
