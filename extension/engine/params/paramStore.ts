// The weights of a model: an ordered list of named parameters. The store owns the arrays; everybody else reads them or goes through it.
// Invariant: names, shapes and order are those of the plan, always.
import { UserError } from '../../util/userError.ts';
import type { ModelShape, NamedTensor } from '../types.ts';
import { initialValues } from './initialise.ts';
import { type ParameterSpec, planParameters } from './parameterPlan.ts';

export interface Parameter extends ParameterSpec {
  /** Row-major; changed in place by optimizers. */
  values: Float32Array;
  isTrainable: boolean;
}

export class ParamStore {
  readonly parameters: readonly Parameter[];
  readonly #byName: ReadonlyMap<string, Parameter>;

  constructor(parameters: readonly Parameter[]) {
    this.parameters = parameters;
    this.#byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  }

  get(name: string): Parameter {
    const parameter = this.#byName.get(name);
    if (!parameter) throw new Error(`There is no parameter "${name}"`);
    return parameter;
  }

  /** Group names in order: embedding, encoder.0, …, head. */
  groups(): string[] {
    return [...new Set(this.parameters.map((parameter) => parameter.group))];
  }

  trainable(): Parameter[] {
    return this.parameters.filter((parameter) => parameter.isTrainable);
  }

  setTrainable(isTrainable: (parameter: Parameter) => boolean): void {
    for (const parameter of this.parameters) parameter.isTrainable = isTrainable(parameter);
  }

  /** All weights in order, without a copy: good until they change or move. */
  view(): NamedTensor[] {
    return this.parameters.map(({ name, shape, values }) => ({ name, shape, data: values }));
  }

  /** Copies of all weights, in order. */
  save(): NamedTensor[] {
    return this.parameters.map(({ name, shape, values }) => ({ name, shape: [...shape], data: values.slice() }));
  }

  /**
   * Copies weights in. Strict: every parameter must be there with its shape, and nothing else.
   * Throws UserError `engine.weightsMismatch` and changes nothing otherwise.
   */
  load(tensors: readonly NamedTensor[]): void {
    const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const problems = this.parameters.flatMap((parameter) => mismatch(parameter, given.get(parameter.name)));
    const unexpected = tensors.filter((tensor) => !this.#byName.has(tensor.name)).map((tensor) => tensor.name);
    if (unexpected.length > 0) problems.push(`unexpected: ${unexpected.slice(0, 5).join(', ')}`);
    if (problems.length > 0) {
      throw new UserError({
        code: 'engine.weightsMismatch',
        message: `The weights do not fit the model: ${problems.slice(0, 5).join('; ')}.`,
        remedy: 'Use the config, tokenizer and weights of one and the same run.',
      });
    }
    for (const parameter of this.parameters) parameter.values.set(given.get(parameter.name)!.data);
  }

  hasOnlyFiniteValues(): boolean {
    return this.parameters.every(({ values }) => values.every(Number.isFinite));
  }
}

function mismatch(parameter: Parameter, tensor: NamedTensor | undefined): string[] {
  if (!tensor) return [`${parameter.name} is missing`];
  const isEqual =
    tensor.shape.length === parameter.shape.length && tensor.shape.every((n, i) => n === parameter.shape[i]);
  if (isEqual && tensor.data.length === parameter.values.length) return [];
  return [`${parameter.name} is [${tensor.shape.join(', ')}], not [${parameter.shape.join(', ')}]`];
}

/** Freshly initialised parameters, a pure function of (shape, seed). */
export function createParams(shape: ModelShape, seed: number): ParamStore {
  return new ParamStore(
    planParameters(shape).map((spec, index) => ({
      ...spec,
      values: initialValues(spec, seed, index),
      isTrainable: true,
    })),
  );
}

/** Parameters with given weights; see ParamStore.load for what is refused. */
export function loadParams(shape: ModelShape, tensors: readonly NamedTensor[]): ParamStore {
  const specs = planParameters(shape);
  const store = new ParamStore(
    specs.map((spec) => ({
      ...spec,
      values: new Float32Array(spec.shape.reduce((product, size) => product * size, 1)),
      isTrainable: true,
    })),
  );
  store.load(tensors);
  return store;
}
