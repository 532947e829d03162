// Bench of an optimizer alone: an update of an embedding of which a batch used some rows, where Adam acts on those only (`lazy`) and
// where it acts on all rows, as it does by default.
import { machineScope } from '../../extension/engine/backend/gatescopeBackend.ts';
import type { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import type { SparseRows } from '../../extension/engine/train/gradients.ts';
import { applyUpdates, createOptimizerState } from '../../extension/engine/train/optimizers.ts';
import { Rng } from '../../extension/util/rng.ts';
import type { BenchContext } from './context.ts';
import { openSide } from './engines.ts';
import { runCase } from './layerCases.ts';
import type { Side } from './measure.ts';
import { ADAM } from './modelCases.ts';
import type { Row } from './results.ts';

interface Table {
  rowCount: number;
  size: number;
  /** Rows that a batch used. */
  used: number;
}

/** Gradients of `used` different rows, spread over the table. */
function sparseGradient({ rowCount, size, used }: Table): SparseRows {
  const rng = new Rng(1, 'init', 0);
  const stride = Math.floor(rowCount / used);
  const rows = Int32Array.from({ length: used }, (_, n) => n * stride + rng.nextInt(stride));
  const values = Float32Array.from({ length: used * size }, () => rng.nextFloat() - 0.5);
  return { rows, values, size, rowCount };
}

function updateStep({ arena }: KernelMachine, table: Table, lazy: boolean): () => void {
  const lasting = (length: number): Float32Array => arena.lasting(length).fill(0);
  const values = lasting(table.rowCount * table.size);
  const options = { ...ADAM, lazy };
  const { table: state } = createOptimizerState(options, [{ name: 'table', values }]);
  for (const name of Object.keys(state.buffers)) state.buffers[name as 'expAvg'] = lasting(values.length);
  const gradient = sparseGradient(table);
  return () =>
    machineScope(() => applyUpdates([{ parameter: { values, fixedCount: table.size }, state, gradient, options }]));
}

export async function benchLazyAdam(context: BenchContext): Promise<Row[]> {
  const table = context.isQuick ? { rowCount: 500, size: 16, used: 50 } : { rowCount: 50_000, size: 128, used: 2000 };
  const rows: Row[] = [];
  for (const kind of context.kinds) {
    const side = async (lazy: boolean): Promise<Side> => ({
      ...(await openSide(kind, context.threads, (machine) => updateStep(machine, table, lazy))),
      name: lazy ? 'lazy' : 'all rows',
      isPeer: !lazy,
    });
    const what = `Adam on an embedding ${table.rowCount} × ${table.size}, ${table.used} rows used, ${kind}`;
    rows.push(...(await runCase(context, { what, threads: context.threads }, [await side(false), await side(true)])));
  }
  return rows;
}
