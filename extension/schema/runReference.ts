// Which runs a word means, wherever a run is asked for: `fineTune.from`, and RUN on the command line.
import { hasWeights, type RunManifest } from './run.ts';

/**
 * The run with that id; else all whose id begins with the word or whose name it is. Several are for the user to tell apart, none is an
 * error.
 */
export function runsMeant<Run extends { id: string; name?: string }>(reference: string, runs: readonly Run[]): Run[] {
  const exact = runs.filter(({ id }) => id === reference);
  return exact.length > 0 ? exact : runs.filter(({ id, name }) => id.startsWith(reference) || name === reference);
}

/**
 * The same for what training starts from, where `latest` is the first: of the runs that have weights, if any of them is meant. The run that
 * asks may have the very name that it asks for.
 */
export function startsMeant<Run extends { id: string; name?: string } & Pick<RunManifest, 'best' | 'status'>>(
  reference: string,
  runs: readonly Run[],
): Run[] {
  const weighted = runs.filter(hasWeights);
  const meant = reference === 'latest' ? weighted.slice(0, 1) : runsMeant(reference, weighted);
  return meant.length > 0 ? meant : runsMeant(reference, runs);
}

/** The first of several, with their names, for a message. */
export function listRunsMeant(runs: readonly { id: string; name?: string }[]): string {
  const shown = runs.slice(0, 5).map(({ id, name }) => (name === undefined ? id : `${id} (${name})`));
  return runs.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
