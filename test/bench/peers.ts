// The other side of a comparison: a program that stays alive and answers one JSON line with another, so that turns can alternate.
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Side } from './measure.ts';

/** A case as peers are told it. */
export type PeerCase =
  | { op: 'gemm'; size: number; threads: number }
  | LayerShape
  | (StepShape & { op: 'step'; lengths: number[][] });

export interface LayerShape {
  op: 'layer';
  cell: 'lstm' | 'gru' | 'rnn';
  batch: number;
  steps: number;
  input: number;
  hidden: number;
  threads: number;
}

export interface StepShape {
  cell: LayerShape['cell'];
  vocabulary: number;
  embedding: number;
  hidden: number;
  classes: number;
  threads: number;
}

interface Answer {
  error?: string;
  milliseconds?: number;
  version?: string;
}

export class Peer {
  readonly name: string;
  /** As the program says it. */
  version = '';
  readonly #child: ChildProcess;
  #pending: { settle(answer: Answer): void; fail(error: Error): void } | undefined;
  #said = '';

  private constructor(name: string, program: string, args: readonly string[]) {
    this.name = name;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', ({ message }) => this.#fail(new Error(`${name} does not start: ${message}`)));
    this.#child.on('close', () => this.#fail(new Error(`${name} ended: ${this.#said.slice(-2000)}`)));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    if (!this.#child.stdout) throw new Error('no pipe');
    createInterface(this.#child.stdout).on('line', (line) => {
      const pending = this.#pending;
      this.#pending = undefined;
      pending?.settle(JSON.parse(line) as Answer);
    });
  }

  /** Starts the program and waits until it has loaded what it needs. */
  static async open(name: string, program: string, args: readonly string[]): Promise<Peer> {
    const peer = new Peer(name, program, args);
    peer.version = (await peer.#ask({ op: 'hello' })).version ?? '';
    return peer;
  }

  /** PyTorch in a Python that has it. */
  static torch(python: string): Promise<Peer> {
    return Peer.open('PyTorch', python, [resolve(import.meta.dirname, 'torch/serve.py')]);
  }

  /** tf.layers on a backend of tfjs, both installed in `folder`. */
  static tfjs(folder: string, backend: 'wasm' | 'tensorflow'): Promise<Peer> {
    const script = resolve(import.meta.dirname, 'tfjs/serve.mjs');
    const name = `tf.layers on ${backend === 'wasm' ? 'tfjs-backend-wasm' : 'native TensorFlow'}`;
    return Peer.open(name, process.execPath, [script, resolve(folder), backend]);
  }

  /** The peer's side of a case; the peer serves one case at a time. */
  async prepare(what: PeerCase): Promise<Side> {
    await this.#ask(what);
    return {
      name: this.name,
      isPeer: true,
      turn: async (milliseconds) => {
        const answer = await this.#ask({ op: 'turn', milliseconds });
        if (answer.milliseconds === undefined) throw new Error(`${this.name} gave no time`);
        return { milliseconds: answer.milliseconds };
      },
    };
  }

  close(): void {
    this.#child.removeAllListeners('close');
    this.#child.kill();
  }

  async #ask(request: object): Promise<Answer> {
    const answer = await new Promise<Answer>((settle, fail) => {
      this.#pending = { settle, fail };
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
    if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error}`);
    return answer;
  }

  #fail(error: Error): void {
    this.#pending?.fail(error);
    this.#pending = undefined;
  }
}
