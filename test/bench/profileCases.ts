// Where the time of a training step of an LSTM layer goes: each of the jobs that the step gives to its threads, in their order.
import type { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import type { BenchContext } from './context.ts';
import { openSide } from './engines.ts';
import { layerFlops, layerStep } from './layerCases.ts';
import { median, type Side, spreadOf, type Turn, takeTurns } from './measure.ts';
import type { LayerShape } from './peers.ts';
import { type Row, rowsOf } from './results.ts';

interface Stage {
  name: string;
  /** Of its matrix products; 0 where it has none. */
  flops: number;
}

/** The jobs of `layerStep`, in order. */
function stagesOf({ batch, steps, input, hidden }: LayerShape): Stage[] {
  const aUnit = 2 * batch * steps * 4 * hidden;
  return [
    { name: 'pack the weights', flops: 0 },
    { name: 'x W_ih', flops: aUnit * input },
    { name: 'forward in time: h W_hh, gates', flops: aUnit * hidden },
    { name: 'pack for the backward pass', flops: 0 },
    { name: 'backward in time: dZ W_hh, gates', flops: aUnit * hidden },
    { name: 'dZᵀ x, dZᵀ h, dZ W_ih', flops: aUnit * (2 * input + hidden) },
  ];
}

/** A side whose turns also leave the median time of each job of a step. */
interface ProfiledSide extends Side {
  /** [turn][job], milliseconds; the first turn is the one that does not count. */
  jobTimes: number[][];
}

/** `steps` [step][job] → the median of each job. */
const jobMedians = (steps: readonly number[][]): number[] =>
  steps[0].map((_, job) => median(steps.map((times) => times[job])));

/** Makes the machine note the time of every job; the result begins a new list of them. */
function noteJobs(machine: KernelMachine): () => number[] {
  const run = machine.run.bind(machine);
  let times: number[] = [];
  machine.run = (job) => {
    const from = performance.now();
    run(job);
    times.push(performance.now() - from);
  };
  return () => {
    times = [];
    return times;
  };
}

async function openProfiled(kind: BenchContext['kinds'][number], shape: LayerShape): Promise<ProfiledSide> {
  let steps: number[][] = [];
  const side = await openSide(kind, shape.threads, (machine) => {
    const begin = noteJobs(machine);
    const step = layerStep(machine, shape);
    return () => {
      steps.push(begin());
      step();
    };
  });
  const jobTimes: number[][] = [];
  return {
    ...side,
    jobTimes,
    async turn(milliseconds) {
      steps = [];
      const turn = await side.turn(milliseconds);
      // The roofline's own jobs were noted after those of the last step.
      const count = steps[0].length;
      jobTimes.push(jobMedians(steps.map((times) => times.slice(0, count))));
      return turn;
    },
  };
}

export async function benchProfile(context: BenchContext): Promise<Row[]> {
  const size = context.isQuick
    ? { batch: 8, steps: 8, input: 16, hidden: 16 }
    : { batch: 32, steps: 64, input: 128, hidden: 256 };
  const shape: LayerShape = { op: 'layer', cell: 'lstm', ...size, threads: context.threads };
  const profiled: ProfiledSide[] = [];
  for (const kind of context.kinds) profiled.push(await openProfiled(kind, shape));
  const sides: Side[] = [...profiled, ...(context.torch ? [await context.torch.prepare(shape)] : [])];
  const turns = await takeTurns(sides, context);
  const { threads } = shape;
  const rows = profiled.flatMap((side, n) =>
    stagesOf(shape).map(({ name, flops }, job): Row => {
      const ofJob: Turn[] = turns[n].map(({ peak }, round) => ({ milliseconds: side.jobTimes[round + 1][job], peak }));
      const [row] = rowsOf(
        { what: name, threads, flops: flops || undefined },
        [{ ...side, peakBytes: undefined }],
        [ofJob],
      );
      const shares = ofJob.map(({ milliseconds }, round) => milliseconds / turns[n][round].milliseconds);
      return { ...row, values: { ...row.values, stepShare: spreadOf(shares) } };
    }),
  );
  const what = `the whole step, B${size.batch} T${size.steps} I${size.input} H${size.hidden}`;
  return [...rows, ...rowsOf({ what, threads, flops: layerFlops(shape) }, sides, turns)];
}
