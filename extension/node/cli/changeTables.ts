// What training changed, as tables: scores before and after, how far parameters went, and gates and states of the probes.
import type { Evaluation, GateDrift, RunManifest } from '../../schema/run.ts';
import type { TaskName } from '../../schema/tasks.ts';
import { table } from './format.ts';
import { movementTable } from './movementTable.ts';
import { scoresTable } from './scoresTable.ts';

/** Tables for a run that started from other weights, froze something or stores probes; none of any other. */
export function changeTables(evaluation: Evaluation, manifest: RunManifest): string[] {
  const { movement, drift } = evaluation;
  const isTuned = manifest.startedFrom !== undefined || manifest.groups?.some(({ frozen }) => frozen.length > 0);
  return [...(movement && isTuned ? [movementTable(movement)] : []), ...(drift ? [driftTable(drift)] : [])];
}

/** Scores of a run, each over the score of the weights it started from where that can be compared. */
export function comparedScores({ validation, test, start }: Evaluation, task: TaskName): string {
  const before = (part: 'validation' | 'test', examples: number) =>
    start?.[part] ? [[`${part} at start`, { ...start[part], examples }] as const] : [];
  return scoresTable(
    [
      ...before('validation', validation.examples),
      ['validation', validation],
      ...(test ? [...before('test', test.examples), ['test', test] as const] : []),
    ],
    task,
  );
}

/** One row a layer. */
export function driftTable({ from, to, probes, layers }: GateDrift): string {
  const signals = Object.keys(layers[0]);
  const rows = layers.map((layer, at) => [`encoder.${at}`, ...signals.map((name) => layer[name].toPrecision(3))]);
  const texts = probes === 1 ? 'the probe' : `${probes} probes`;
  return `Mean absolute change on ${texts}, epoch ${from} to ${to}:\n${table(['layer', ...signals.map((name) => (name === 'tanhC' ? 'tanh c' : name))], rows)}`;
}
