// Menus made of <details class="menu">: they close by Escape, when the focus leaves, and when something was chosen.

export function closeOnEscape(event: KeyboardEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  if (event.key !== 'Escape' || !menu.open) return;
  menu.open = false;
  menu.querySelector('summary')?.focus();
}

export function closeWhenLeft(event: FocusEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  const next = event.relatedTarget;
  if (next instanceof Node && !menu.contains(next)) menu.open = false;
}

/** For what is pressed inside a menu. */
export function closeMenu(event: Event): void {
  const menu = (event.currentTarget as HTMLElement).closest('details');
  if (menu) menu.open = false;
}
