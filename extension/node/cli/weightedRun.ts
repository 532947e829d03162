// The run whose weights a command asks for. `latest` passes over runs that ended before they had any, and says so.

import { hasWeights } from '../../schema/run.ts';
import { findRuns, resolveRun, type StoredRun } from '../../store/runStore.ts';
import type { CommandContext } from './command.ts';

/** Throws UserError `run.notFound`, `run.ambiguous`. */
export async function weightedRun(
  reference: string,
  { cwd, output }: Pick<CommandContext, 'cwd' | 'output'>,
): Promise<StoredRun> {
  const found = await resolveRun(reference, cwd);
  if (reference !== 'latest' || hasWeights(found.manifest)) return found;
  const latest = (await findRuns(cwd)).find(({ manifest }) => hasWeights(manifest));
  if (!latest) return found;
  output.note(`${found.manifest.id} has no weights (${found.manifest.status}); taking ${latest.manifest.id}.`);
  return latest;
}
