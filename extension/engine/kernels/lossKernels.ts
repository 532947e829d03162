// Cross-entropy and softmax on a machine; the formula stands in tasks/crossEntropy.ts (plain twin) and extension/kernels/loss.c.
import type { LossOptions, LossResult } from '../tasks/crossEntropy.ts';
import { Float, need } from './job.ts';
import type { KernelMachine } from './machine.ts';

/** Loss and gradient for logits [B, C] and classes [B], as the plain twin; the gradient lies in the arena's current scope. */
export function crossEntropyLoss(
  machine: KernelMachine,
  logits: Float32Array,
  labels: Int32Array,
  classCount: number,
  { classWeights, labelSmoothing }: LossOptions,
): LossResult {
  const { arena } = machine;
  const rows = labels.length;
  need(logits, rows * classCount, 'Logits');
  if (classWeights) need(classWeights, classCount, 'Class weights');
  for (const label of labels) if (!(label >= 0 && label < classCount)) throw new Error(`There is no class ${label}`);
  let weight = 0;
  for (const label of labels) weight += classWeights?.[label] ?? 1;
  const gradient = arena.float32(logits.length);
  if (weight === 0) return { loss: 0, weight, gradient: gradient.fill(0) };
  const losses = arena.float32(rows);
  const allWeights = classWeights?.reduce((sum, value) => sum + value, 0) ?? classCount;
  const job = machine.job();
  const call = job.call([
    arena.adopt(logits),
    arena.adopt(labels),
    classWeights && arena.adopt(Float32Array.from(classWeights)),
    classCount,
    new Float(labelSmoothing),
    new Float(labelSmoothing / classCount),
    new Float(allWeights),
    new Float(1 / weight),
    losses,
    gradient,
  ]);
  machine.run(job.split('crossEntropy', call, rows, { work: 12 * classCount }));
  let sum = 0;
  for (const loss of losses) sum += loss;
  return { loss: sum / weight, weight, gradient };
}

/** Probabilities [rows, columns], on the JavaScript heap. */
export function softmaxRows(machine: KernelMachine, logits: Float32Array, columns: number): Float32Array {
  const { arena } = machine;
  return arena.scope(() => {
    const out = arena.float32(logits.length);
    const job = machine.job();
    const call = job.call([arena.adopt(logits), out, columns]);
    machine.run(job.split('softmax', call, logits.length / columns, { work: 12 * columns }));
    return out.slice();
  });
}
