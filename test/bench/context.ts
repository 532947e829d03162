// What the command line asked for, as every bench is given it.
import type { EngineKind } from './engines.ts';
import type { Peer } from './peers.ts';

export interface BenchContext {
  rounds: number;
  turnMilliseconds: number;
  threads: number;
  isQuick: boolean;
  kinds: readonly EngineKind[];
  torch?: Peer;
  /** The Python of `torch`. */
  python?: string;
  /** tf.layers on each of its backends. */
  tfjs: readonly Peer[];
  log(line: string): void;
}
