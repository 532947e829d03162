// Made-up recurrent networks that really compute: sparse weights drawn from a hash, forget gates from leaky to closed.
// Pure and the same every time, and fast enough for 512 units over 1,024 tokens. Traces and equations of them agree with each other.
import {
  CELL_SIGNALS,
  type CellEquation,
  type Direction,
  type DirectionTrace,
  type EquationTerm,
  type GateEquation,
  type RecurrentCell,
  type SignalName,
} from '../../extension/protocol/trace.ts';

export interface MadeNetwork {
  cell: RecurrentCell;
  hiddenSize: number;
  layerCount: number;
  directionCount: 1 | 2;
  /** Scales all weights: a network learns to be more decided. */
  gain: number;
}

type Vector = Float32Array;
type GateName = 'i' | 'f' | 'g' | 'o' | 'r' | 'z' | 'n' | 'h';

const GATES: Readonly<Record<RecurrentCell, readonly GateName[]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
  rnn: ['h'],
};
export const EMBEDDING_SIZE = 12;
const CONNECTIONS = 4;

/** -1 to 1, and depends on the numbers only. */
function noise(...keys: number[]): number {
  let hash = 0x811c9dc5;
  for (const key of keys) hash = Math.imul(hash ^ (key + 0x9e3779b9), 0x01000193) >>> 0;
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d) >>> 0;
  return ((hash ^ (hash >>> 12)) >>> 0) / 0x80000000 - 1;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function embeddingOf(token: string): Vector {
  const keys = [...token.toLowerCase()].map((character) => character.codePointAt(0)!);
  return Float32Array.from({ length: EMBEDDING_SIZE }, (_, at) => noise(at, ...keys));
}

interface Wire {
  from: EquationTerm['from'];
  index: number;
  weight: number;
}

interface Reading {
  network: MadeNetwork;
  layer: number;
  direction: Direction;
  /** One vector a token, what the layer reads. */
  inputs: readonly Vector[];
  /** [gate][unit] */
  wires: readonly Wire[][][];
}

function makeReading(reading: Omit<Reading, 'wires'>): Reading {
  const { network, inputs } = reading;
  const ofGate = (gate: number): Wire[][] =>
    Array.from({ length: network.hiddenSize }, (_, unit) => makeWires(reading, gate, unit, inputs[0].length));
  return { ...reading, wires: GATES[network.cell].map((_, gate) => ofGate(gate)) };
}

/** Units of a group read the same inputs, with weights of their own: rows that are alike. */
function makeWires(
  { network, layer, direction }: Omit<Reading, 'wires'>,
  gate: number,
  unit: number,
  inputSize: number,
) {
  const group = Math.floor(unit / 8);
  const seed = [layer, direction, gate, unit];
  const pick = (drawn: number, count: number): number => Math.floor((drawn * 0.5 + 0.5) * count);
  return Array.from({ length: CONNECTIONS }, (_, at): Wire[] => [
    {
      from: 'input',
      index: pick(noise(layer, direction, group, at), inputSize),
      weight: network.gain * (1.2 * noise(layer, gate, group, at, 7) + 0.5 * noise(...seed, at)),
    },
    {
      from: 'recurrent',
      index: pick(noise(...seed, at, 3), network.hiddenSize),
      weight: network.gain * noise(...seed, at, 5),
    },
  ]).flat();
}

/** The products of one gate of one unit, largest first. */
function termsOf({ inputs, wires }: Reading, gate: number, { unit, token, h }: Step): EquationTerm[] {
  return wires[gate][unit]
    .map(({ from, index, weight }): EquationTerm => {
      const value = from === 'input' ? inputs[token][index] : h[index];
      return { from, index, weight, value, product: weight * value };
    })
    .sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

interface Step {
  token: number;
  unit: number;
  /** State of the token read before. */
  h: Vector;
}

function biasesOf({ network, layer, direction }: Reading, gate: GateName, unit: number): [number, number] {
  const drawn = noise(layer, direction, unit, GATES[network.cell].indexOf(gate), 11);
  const centre = gate === 'f' || gate === 'z' ? 2.6 * noise(layer, Math.floor(unit / 8), 17) : 0;
  return [0.6 * centre + 0.4 * drawn, 0.4 * centre];
}

/** Without its terms. */
function gateOf(reading: Reading, signal: GateName, step: Step, resetBy?: number): GateEquation {
  const { inputs, wires, network } = reading;
  let input = 0;
  let recurrent = 0;
  for (const { from, index, weight } of wires[GATES[network.cell].indexOf(signal)][step.unit]) {
    if (from === 'input') input += weight * inputs[step.token][index];
    else recurrent += weight * step.h[index];
  }
  const [biasIh, biasHh] = biasesOf(reading, signal, step.unit);
  const preActivation = input + biasIh + (resetBy ?? 1) * (recurrent + biasHh);
  const isGate = signal !== 'g' && signal !== 'n' && signal !== 'h';
  const value = Math.fround(isGate ? sigmoid(preActivation) : Math.tanh(preActivation));
  const activation = isGate ? ('sigmoid' as const) : ('tanh' as const);
  return { signal, activation, input, biasIh, recurrent, biasHh, resetBy, preActivation, value, terms: [] };
}

/** One step of one unit. */
function stepOf(reading: Reading, step: Step, cBefore: number): CellEquation {
  const { network, layer, direction } = reading;
  const before = { h: step.h[step.unit] };
  const common = { cell: network.cell, layer, direction, token: step.token, unit: step.unit };
  if (network.cell === 'lstm') {
    const gates = (['i', 'f', 'g', 'o'] as const).map((gate) => gateOf(reading, gate, step));
    const [i, f, g, o] = gates.map(({ value }) => value);
    const c = Math.fround(f * cBefore + i * g);
    const tanhC = Math.fround(Math.tanh(c));
    return { ...common, gates, before: { ...before, c: cBefore }, after: { c, tanhC, h: Math.fround(o * tanhC) } };
  }
  if (network.cell === 'gru') {
    const r = gateOf(reading, 'r', step);
    const z = gateOf(reading, 'z', step);
    const n = gateOf(reading, 'n', step, r.value);
    const h = Math.fround((1 - z.value) * n.value + z.value * before.h);
    return { ...common, gates: [r, z, n], before, after: { h } };
  }
  const gate = gateOf(reading, 'h', step);
  return { ...common, gates: [gate], before, after: { h: gate.value } };
}

/** Calls `visit` with every step in the order of reading. */
function read(reading: Reading, visit: (equation: CellEquation, h: Vector) => void): Vector[] {
  const { network, direction, inputs } = reading;
  const states: Vector[] = new Array(inputs.length);
  let h: Vector = new Float32Array(network.hiddenSize);
  let c: Vector = new Float32Array(network.hiddenSize);
  for (let at = 0; at < inputs.length; at++) {
    const token = direction === 0 ? at : inputs.length - 1 - at;
    const nextH = new Float32Array(network.hiddenSize);
    const nextC = new Float32Array(network.hiddenSize);
    for (let unit = 0; unit < network.hiddenSize; unit++) {
      const equation = stepOf(reading, { token, unit, h }, c[unit]);
      visit(equation, h);
      nextH[unit] = equation.after.h;
      nextC[unit] = equation.after.c ?? 0;
    }
    h = nextH;
    c = nextC;
    states[token] = h;
  }
  return states;
}

const inputsOfLayer = (network: MadeNetwork, tokens: readonly string[], layer: number): Vector[] => {
  let inputs = tokens.map(embeddingOf);
  for (let below = 0; below < layer; below++) {
    const states = directionsOf(network).map((direction) =>
      read(makeReading({ network, layer: below, direction, inputs }), ignore),
    );
    inputs = tokens.map((_, token) => Float32Array.from(states.flatMap((each) => [...each[token]])));
  }
  return inputs;
};

const ignore = (): void => undefined;
const directionsOf = ({ directionCount }: MadeNetwork): Direction[] => (directionCount === 2 ? [0, 1] : [0]);

/** Both directions of a layer over `tokens`. */
export function traceLayer(network: MadeNetwork, tokens: readonly string[], layer: number): DirectionTrace[] {
  const inputs = inputsOfLayer(network, tokens, layer);
  return directionsOf(network).map((direction) => {
    const names = CELL_SIGNALS[network.cell];
    const signals = Object.fromEntries(
      names.map((name) => [name, new Float32Array(tokens.length * network.hiddenSize)]),
    ) as Partial<Record<SignalName, Float32Array>>;
    read(makeReading({ network, layer, direction, inputs }), ({ token, unit, gates, after }) => {
      const at = token * network.hiddenSize + unit;
      for (const { signal, value } of gates) signals[signal]![at] = value;
      signals.h![at] = after.h;
      if (after.c !== undefined) signals.c![at] = after.c;
      if (after.tanhC !== undefined) signals.tanhC![at] = after.tanhC;
    });
    return { layer, direction, signals };
  });
}

export function equationOf(
  network: MadeNetwork,
  tokens: readonly string[],
  place: { layer: number; direction: Direction; token: number; unit: number },
): CellEquation {
  const { layer, direction } = place;
  const reading = makeReading({ network, layer, direction, inputs: inputsOfLayer(network, tokens, layer) });
  let found: CellEquation | undefined;
  read(reading, (equation, h) => {
    if (equation.token !== place.token || equation.unit !== place.unit) return;
    const withTerms = (gate: GateEquation, at: number) => ({ ...gate, terms: termsOf(reading, at, { ...place, h }) });
    found = { ...equation, gates: equation.gates.map(withTerms) };
  });
  if (!found) throw new Error('The network has no such cell');
  return found;
}
