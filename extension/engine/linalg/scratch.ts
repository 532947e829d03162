// Reused working memory of the kernels. Invariant: a slot has one user at a time. Kernels are synchronous and never call each other with the same slot.

const SLOTS = new Map<string, Float64Array>();

/**
 * At least `length` doubles of working memory under `slot`; what it holds is left over from the last use.
 * Grows to the largest request and stays there.
 */
export function scratch(slot: string, length: number): Float64Array {
  const held = SLOTS.get(slot);
  if (held && held.length >= length) return held;
  const grown = new Float64Array(Math.ceil(length * 1.25));
  SLOTS.set(slot, grown);
  return grown;
}
