// JSON of a file, within its allowance. Objects and lists take more memory than their text, so what would be made is counted first.
import type { Allowance } from './allowance.ts';
import { malformed } from './weightsFile.ts';

/** What an object, a list or an item costs in memory, about. */
const ITEM_COST = 24;
const STRUCTURE = new Set([0x2c, 0x5b, 0x7b]);

/** The value of UTF-8 text. Throws UserError `weights.*`. */
export function parseJson(bytes: Uint8Array, allowance: Allowance): unknown {
  let items = 0;
  for (const byte of bytes) if (STRUCTURE.has(byte)) items++;
  allowance.take(items * ITEM_COST + 2 * bytes.length);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed('a part of it that should be JSON is not', cause);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
