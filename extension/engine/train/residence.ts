// Where weights and optimizer state live while training: in the machine's memory, so that no step copies them; on the heap otherwise.
import { currentMachine } from '../backend/gatescopeBackend.ts';
import type { ParamStore } from '../params/paramStore.ts';
import type { BufferName, OptimizerState } from './optimizers.ts';

/** Moves everything that updates change into the machine's memory, if there is a machine. Call the result when training ends. */
export function moveIn(params: ParamStore, state: OptimizerState): () => void {
  const machine = currentMachine();
  if (!machine) return () => undefined;
  const { arena } = machine;
  const taken: Float32Array[] = [];
  const inside = (values: Float32Array): Float32Array => {
    const block = arena.lasting(values.length);
    block.set(values);
    taken.push(block);
    return block;
  };
  const moveOut = (): void => {
    replaceAll(params, state, (values) => values.slice());
    for (const block of taken) arena.release(block);
  };
  try {
    replaceAll(params, state, inside);
  } catch (error) {
    // No room for all of it: what came in must not stay, because the next run computes in the same memory.
    moveOut();
    throw error;
  }
  return moveOut;
}

function replaceAll(
  params: ParamStore,
  state: OptimizerState,
  replacement: (values: Float32Array) => Float32Array,
): void {
  for (const parameter of params.parameters) parameter.values = replacement(parameter.values);
  for (const { buffers } of Object.values(state)) {
    for (const [name, values] of Object.entries(buffers)) buffers[name as BufferName] = replacement(values);
  }
}
