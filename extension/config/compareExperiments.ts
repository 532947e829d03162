// What differs between two resolved experiments, and what of it a run may change while it goes on.
import type { ResolvedExperiment } from '../schema/resolved.ts';

export interface Difference {
  /** Dotted, e.g. `training.optimizer.learningRate`. */
  key: string;
  /** JSON, or `nothing`. */
  before: string;
  after: string;
  /** Weights, optimizer state and data order stay what they are with another value. */
  isFree: boolean;
}

const FREE = [
  'name',
  'description',
  'engine',
  'training.epochs',
  'training.checkpoints',
  'training.clip',
  'training.earlyStopping',
  'training.loss',
  'training.schedule',
  'training.validateEverySteps',
  'training.optimizer.learningRate',
  'training.optimizer.weightDecay',
  'fineTune.discriminative',
  'fineTune.frozenDropout',
  'fineTune.learningRates',
  'fineTune.weightDecays',
];
/** What computes is the machine's matter, and a name is but a name. */
const IGNORED = ['name', 'description', 'engine'];

export function compareExperiments(before: ResolvedExperiment, after: ResolvedExperiment): Difference[] {
  const [old, now] = [flatten(before), flatten(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys
    .filter((key) => old.get(key) !== now.get(key) && !isWithin(key, IGNORED))
    .map((key) => ({
      key,
      before: old.get(key) ?? 'nothing',
      after: now.get(key) ?? 'nothing',
      isFree: isWithin(key, FREE),
    }));
}

function isWithin(key: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => key === prefix || key.startsWith(`${prefix}.`));
}

/** Leaves by dotted key; a list is one leaf. */
function flatten(value: unknown, prefix = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[prefix, JSON.stringify(value)]]);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return new Map(entries.flatMap(([name, member]) => [...flatten(member, prefix ? `${prefix}.${name}` : name)]));
}

/** `  training.epochs: 4 -> 6` a line. */
export function describeDifferences(differences: readonly Difference[]): string {
  return differences.map(({ key, before, after }) => `  ${key}: ${before} -> ${after}`).join('\n');
}
