// Reads one source to its end: cleaned examples to a callback, bad rows to a count, with progress, turns for others, and cancellation.
import { CancelledError } from '../util/userError.ts';
import { RowCount } from './badRows.ts';
import { type DataRequest, openData } from './openData.ts';
import { isBadRow } from './readItem.ts';
import type { BadRow, Example, FileSource } from './types.ts';

const YIELD_AFTER_MS = 30;

export interface ReadingContext {
  files: FileSource;
  signal: AbortSignal;
  onLog(level: 'info' | 'warning', text: string): void;
  /** Lets the event loop have a turn. */
  yieldNow(): Promise<void>;
}

/** Calls `use` with every usable row; what `use` returns makes it a bad one. */
export async function readSource(
  request: DataRequest,
  context: ReadingContext,
  use: (example: Example) => BadRow | undefined,
): Promise<RowCount> {
  const rows = new RowCount();
  const opened = await openData(request, context.files);
  for (const how of opened.how) context.onLog('info', how);
  let yieldedAtMs = performance.now();
  for await (const items of opened.read()) {
    for (const item of items) {
      rows.read++;
      const bad = isBadRow(item) ? item : use(item);
      if (bad) rows.addBad(bad);
    }
    if (context.signal.aborted) throw new CancelledError();
    if (performance.now() - yieldedAtMs < YIELD_AFTER_MS) continue;
    await context.yieldNow();
    yieldedAtMs = performance.now();
  }
  return rows;
}
