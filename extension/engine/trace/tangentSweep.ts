// Pushes derivatives of the states of one direction of a layer through its steps, many rows at once.
// Invariant: a row is zero, and not computed, until the direction reads what the row depends on.
// Letters: T tokens, E size of x, R rows of a group, H hidden units, P parts of the state, D = H · directions of the layer below.
import type { DirectionTrace } from '../../protocol/trace.ts';
import { recurrentParameterNames } from '../../schema/parameterNames.ts';
import type { Model } from '../model.ts';
import { type StepJacobian, statePartsOf, stepJacobians } from './stepJacobian.ts';
import { stepTangents } from './tangentStep.ts';

/** Rows from … to - 1 of all T·E: row s·E + e is direction e of x_s. */
export interface Rows {
  from: number;
  to: number;
}

/** d h of the rows that are not zero, [to - from, H or D]. */
export interface Tangents extends Rows {
  values: Float32Array;
}

export interface Sweep {
  model: Model;
  T: number;
  E: number;
  /** The rows that are pushed through. */
  group: Rows;
  /** Awaited between steps. */
  betweenSteps: () => Promise<void>;
}

/** Tells d h [.., H] at every token in the order of reading; it is overwritten afterwards. `below` are those of the layer below, by token. */
export async function pushThrough(
  sweep: Sweep,
  trace: DirectionTrace,
  below: readonly Tangents[] | undefined,
  tell: (token: number, tangents: Tangents) => void,
): Promise<void> {
  const { model, T, group } = sweep;
  const { encoder } = model.shape.model;
  const [weightIh, weightHh, , biasHh] = recurrentParameterNames(trace.layer, trace.direction === 1).map(
    (name) => model.params.get(name).values,
  );
  const jacobianAt = stepJacobians(encoder, trace, { weightIh, weightHh, biasHh });
  const state = new StateTangents(group, encoder.hiddenSize, statePartsOf(encoder));
  for (let step = 0; step < T; step++) {
    const token = trace.direction === 1 ? T - 1 - step : step;
    const rows = below?.[token] ?? readSoFar(sweep, trace, token);
    if (rows.from >= rows.to) continue;
    const jacobian = jacobianAt(token);
    state.step(jacobian, rows, below?.[token]);
    if (!below) state.begin(jacobian, token, sweep.E);
    tell(token, { from: rows.from, to: rows.to, values: state.hidden(rows) });
    await sweep.betweenSteps();
  }
}

/** Rows of the group whose vector is read once the token is. */
function readSoFar({ group, E }: Sweep, { direction }: DirectionTrace, token: number): Rows {
  if (direction === 1) return { from: Math.max(group.from, token * E), to: group.to };
  return { from: group.from, to: Math.min(group.to, (token + 1) * E) };
}

/** d of the state's parts, h first, for the rows of a group: [R, H] each. */
class StateTangents {
  readonly #group: Rows;
  readonly #H: number;
  readonly #parts: readonly Float32Array[];

  constructor(group: Rows, H: number, partCount: number) {
    this.#group = group;
    this.#H = H;
    this.#parts = Array.from({ length: partCount }, () => new Float32Array((group.to - group.from) * H));
  }

  /** d h of some rows, [.., H]: a view. */
  hidden(rows: Rows): Float32Array {
    return this.#view(this.#parts[0], rows);
  }

  #view(part: Float32Array, { from, to }: Rows): Float32Array {
    return part.subarray((from - this.#group.from) * this.#H, (to - this.#group.from) * this.#H);
  }

  /** One step of `rows`, which read d x [.., D] where there is a layer below. */
  step(jacobian: StepJacobian, rows: Rows, dx: Tangents | undefined): void {
    const parts = this.#parts.map((part) => this.#view(part, rows));
    const terms = [{ a: parts[0], b: jacobian.hidden() }];
    if (dx) terms.push({ a: dx.values, b: jacobian.input() });
    stepTangents(parts, this.#H, { terms, kept: jacobian.kept });
  }

  /** The rows of a vector that has just been read: the derivative of its own step. */
  begin(jacobian: StepJacobian, token: number, E: number): void {
    const [first, end] = [Math.max(this.#group.from, token * E), Math.min(this.#group.to, (token + 1) * E)];
    if (first >= end) return;
    const H = this.#H;
    const input = jacobian.input();
    for (let row = first; row < end; row++) {
      const to = (row - this.#group.from) * H;
      const e = row - token * E;
      for (const [p, part] of this.#parts.entries()) {
        for (let j = 0; j < H; j++) part[to + j] = input[(p * H + j) * E + e];
      }
    }
  }
}
