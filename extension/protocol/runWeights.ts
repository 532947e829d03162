// Whether there is something to look at in a run.
import type { RunManifest } from '../schema/run.ts';

/** Something was validated, or the weights came from elsewhere. */
export const hasWeights = ({ best, status }: Pick<RunManifest, 'best' | 'status'>): boolean =>
  best !== undefined || status === 'imported';
