// Tensors whose numbers may lie in the machine's memory. Everything of the cpu backend works on them, because a view of that memory is a
// Float32Array as any other. Invariant: a tensor made by a kernel of ours owns its block until tfjs disposes of it; but a block whose
// numbers were read (dataSync) within a machine's scope stays until the scope ends, so that what was read is good that long.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { backend_util, DataId, TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelMachine } from '../kernels/machine.ts';

interface Owned {
  block: Float32Array;
  wasRead: boolean;
}

export class ArenaBackend extends MathBackendCPU {
  readonly machine: KernelMachine;
  readonly #owned = new Map<DataId, Owned>();
  /** What the kernel that runs has created. */
  #fresh: DataId[] = [];

  constructor(machine: KernelMachine) {
    super();
    this.machine = machine;
  }

  /** A float32 tensor in a block of its own, whose numbers mean nothing yet. */
  create(shape: readonly number[]): { info: TensorInfo; values: Float32Array } {
    const values = this.machine.arena.lasting(shape.reduce((size, n) => size * n, 1));
    const info = this.makeTensorInfo([...shape], 'float32', values);
    this.#owned.set(info.dataId, { block: values, wasRead: false });
    this.#fresh.push(info.dataId);
    return { info, values };
  }

  /** Runs a kernel. Where it fails (the memory may be full), what it created is given back. */
  run<T>(kernel: () => T): T {
    this.#fresh = [];
    try {
      return kernel();
    } catch (error) {
      for (const dataId of this.#fresh) this.disposeData(dataId, true);
      throw error;
    }
  }

  /** The numbers of a float32 tensor, in the memory; those of others move into a block that the tensor owns from now on. */
  floatsOf({ dataId }: TensorInfo): Float32Array {
    const data = this.data.get(dataId);
    const values = data.values as Float32Array;
    const { arena } = this.machine;
    if (arena.holds(values)) return values;
    const block = arena.lasting(values.length);
    block.set(values);
    data.values = block;
    this.#owned.set(dataId, { block, wasRead: false });
    return block;
  }

  /** Has a tensor that shares the numbers of another one, as slices of the cpu backend do, keep a copy: its owner may be disposed of. */
  copyShared({ dataId }: TensorInfo): void {
    const data = this.data.get(dataId);
    if (data.values instanceof Float32Array && !this.#owned.has(dataId) && this.machine.arena.holds(data.values)) {
      data.values = data.values.slice();
    }
  }

  override readSync(dataId: DataId): backend_util.BackendValues {
    const values = super.readSync(dataId);
    const owned = this.#owned.get(dataId);
    if (!owned) return values;
    if (!this.machine.arena.isInScope) return owned.block.slice();
    owned.wasRead = true;
    return values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!super.disposeData(dataId, force)) return false;
    const owned = this.#owned.get(dataId);
    if (!owned) return true;
    this.#owned.delete(dataId);
    if (owned.wasRead) this.machine.arena.releaseWithScope(owned.block);
    else this.machine.arena.release(owned.block);
    return true;
  }

  override dispose(): void {
    for (const { block } of this.#owned.values()) this.machine.arena.releaseWithScope(block);
    this.#owned.clear();
  }
}
