// How the time of a step grows: with the hidden size, the length, the vocabulary and the threads.

import type { BenchContext } from './context.ts';
import { layerFlops, layerSides, runCase } from './layerCases.ts';
import { stepRows } from './modelCases.ts';
import type { LayerShape } from './peers.ts';
import type { Row } from './results.ts';

const BASE = { op: 'layer', cell: 'lstm', batch: 32, steps: 64, input: 128, hidden: 256 } as const;

async function layerPoint(
  context: BenchContext,
  axis: string,
  value: number,
  own: Partial<LayerShape>,
): Promise<Row[]> {
  const shape: LayerShape = { ...BASE, threads: context.threads, ...own };
  const work = { flops: layerFlops(shape), tokens: shape.batch * shape.steps };
  const what = `LSTM, ${axis} = ${value}`;
  const sides = await layerSides(context, shape);
  return runCase(context, { what, threads: shape.threads, at: { axis, value }, ...work }, sides);
}

export async function benchGrowth(given: BenchContext): Promise<Row[]> {
  // Compared with PyTorch at every point; tf.layers would take minutes here.
  const context = { ...given, tfjs: [] };
  const pick = (values: number[]): number[] => (context.isQuick ? values.slice(0, 2) : values);
  const rows: Row[] = [];
  const small = context.isQuick ? { steps: 8, hidden: 16 } : {};
  for (const hidden of pick([64, 128, 256, 512, 1024]))
    rows.push(...(await layerPoint(context, 'H', hidden, { ...small, hidden })));
  for (const steps of pick([16, 64, 256, 1024]))
    rows.push(...(await layerPoint(context, 'T', steps, { hidden: 128, ...small, steps })));
  for (const threads of pick([1, 2, 3, 4]))
    rows.push(...(await layerPoint(context, 'threads', threads, { ...small, threads })));
  for (const vocabulary of pick([1000, 10_000, 50_000, 200_000])) {
    const shape = {
      cell: 'lstm',
      vocabulary,
      embedding: 100,
      hidden: 100,
      classes: 6,
      threads: context.threads,
    } as const;
    rows.push(...(await stepRows(context, shape, { axis: 'vocabulary', value: vocabulary })));
  }
  return rows;
}
