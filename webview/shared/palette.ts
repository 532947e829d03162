// Which colour a run has: an index into a palette that is the same in every theme kind. Pure.
// Invariant: a run keeps its index for as long as the assignments are kept; runs on one chart get different indexes while there are enough.

/** Ten hues, told apart also with a red-green weakness (after Paul Tol's bright and vibrant schemes). Each has 3:1 or more on its background. */
export const DARK_PALETTE = [
  '#58a6ff',
  '#f2994a',
  '#4fc99a',
  '#e879b9',
  '#d9c34a',
  '#a78bfa',
  '#5fd3e6',
  '#f47067',
  '#a3b86c',
  '#c0c4cc',
] as const;
export const LIGHT_PALETTE = [
  '#0b62c4',
  '#b35400',
  '#0a7a53',
  '#b0297d',
  '#7d6600',
  '#6941c6',
  '#007a8c',
  '#c0322b',
  '#55691e',
  '#57606a',
] as const;

export const PALETTE_SIZE = DARK_PALETTE.length;

/** FNV-1a, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

/** The index a run starts from, before collisions are looked at. */
export const homeColor = (runId: string): number => hashText(runId) % PALETTE_SIZE;

/**
 * Gives each of `runIds` a colour index, on top of `kept`. A run that has one keeps it;
 * another takes its home colour or, where a run of `runIds` already has that, the next free one.
 */
export function assignColors(
  runIds: readonly string[],
  kept: Readonly<Record<string, number>>,
): Record<string, number> {
  const assigned: Record<string, number> = { ...kept };
  const uses = new Array<number>(PALETTE_SIZE).fill(0);
  for (const id of runIds) if (Object.hasOwn(assigned, id)) uses[assigned[id]]++;
  for (const id of runIds) {
    if (Object.hasOwn(assigned, id)) continue;
    const least = Math.min(...uses);
    let color = homeColor(id);
    while (uses[color] > least) color = (color + 1) % PALETTE_SIZE;
    assigned[id] = color;
    uses[color]++;
  }
  return assigned;
}
