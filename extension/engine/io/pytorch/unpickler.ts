// Python's pickle, protocols 0 to 5, read by a stack machine that builds tensors and containers and can run nothing.
// Invariant: a global is what `globals` knows; any other one ends the reading, by its name. Opcodes are those of Python's pickletools.
// Values: tuples and lists are arrays, dicts Maps, sets Sets, bytes Uint8Arrays; integers beyond 2^53 are bigints.
import type { Allowance } from '../allowance.ts';
import type { ByteReader } from '../byteReader.ts';
import { clip, malformed } from '../weightsFile.ts';

/** What a global stands for. Without `build` it can be passed on but not called. */
export class PickleGlobal {
  readonly name: string;
  readonly build: ((args: readonly unknown[]) => unknown) | undefined;

  constructor(name: string, build?: (args: readonly unknown[]) => unknown) {
    this.name = name;
    this.build = build;
  }
}

export interface UnpickleOptions {
  /** Throws a UserError for a global that is not known. */
  findGlobal(module: string, name: string): PickleGlobal;
  /** What a persistent id stands for. */
  findPersistent(id: unknown): unknown;
  allowance: Allowance;
}

const LINE_BYTES = 4096;
const INTEGER_BYTES = 64;
/** What a value, a remembered value and a container cost in memory, about. */
const [VALUE_COST, MEMO_COST, CONTAINER_COST] = [8, 32, 128];
/** Where a MARK stands on the stack. */
const MARK = Symbol('mark');

/** Reads one pickle at the reader's place and leaves the reader behind it. */
export function unpickle(reader: ByteReader, options: UnpickleOptions): unknown {
  const machine = new Unpickler(reader, options);
  for (;;) {
    const opcode = reader.u8();
    if (opcode === STOP) return machine.pop();
    const operation = OPERATIONS.get(opcode);
    if (!operation) throw malformed(`its pickle has the unknown operation 0x${opcode.toString(16)}`);
    operation(machine, reader);
  }
}

class Unpickler {
  readonly reader: ByteReader;
  readonly options: UnpickleOptions;
  readonly memo = new Map<number, unknown>();
  readonly #stack: unknown[] = [];

  constructor(reader: ByteReader, options: UnpickleOptions) {
    this.reader = reader;
    this.options = options;
  }

  push(value: unknown): void {
    this.options.allowance.take(VALUE_COST);
    this.#stack.push(value);
  }

  pushContainer(value: object): void {
    this.options.allowance.take(CONTAINER_COST);
    this.push(value);
  }

  pushText(bytes: number): void {
    this.options.allowance.take(2 * bytes);
    this.push(this.reader.utf8(bytes));
  }

  pushBytes(count: number): void {
    this.pushContainer(this.reader.take(count));
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw malformed('its pickle takes what is not there');
    const value = this.#stack.pop();
    if (value === MARK) throw malformed('its pickle takes what is not there');
    return value;
  }

  top(): unknown {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  mark(): void {
    this.options.allowance.take(VALUE_COST);
    this.#stack.push(MARK);
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw malformed('its pickle takes what is not there');
    const values = this.#stack.splice(at);
    values.shift();
    return values;
  }

  remember(key: number): void {
    this.options.allowance.take(MEMO_COST);
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    if (!this.memo.has(key)) throw malformed('its pickle remembers what was not there');
    this.push(this.memo.get(key));
  }

  pushGlobal(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw malformed('its pickle names a global by no name');
    this.push(this.options.findGlobal(module, name));
  }

  /** Calls a known global with a tuple of arguments. */
  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || !callee.build || !Array.isArray(args)) {
      const name = callee instanceof PickleGlobal ? `"${clip(callee.name)}"` : 'something';
      throw malformed(`its pickle calls ${name}, which is nothing to call`);
    }
    this.pushContainer(callee.build(args) as object);
  }

  append(values: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw malformed('its pickle appends to what is no list');
    for (const value of values) list.push(value);
  }

  setItems(values: readonly unknown[]): void {
    const map = this.top();
    if (!(map instanceof Map) || values.length % 2 !== 0) throw malformed('its pickle sets items of what is no dict');
    this.options.allowance.take((values.length / 2) * MEMO_COST);
    for (let at = 0; at < values.length; at += 2) map.set(values[at], values[at + 1]);
  }

  /** The attributes of a dict (a state_dict's _metadata) say nothing about weights. */
  setState(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw malformed('its pickle sets the state of what is no dict');
  }
}

function toMap(values: readonly unknown[]): Map<unknown, unknown> {
  if (values.length % 2 !== 0) throw malformed('its pickle has a dict with half an item');
  return new Map(Array.from({ length: values.length / 2 }, (_, pair) => [values[2 * pair], values[2 * pair + 1]]));
}

/** Two's complement, little-endian. */
function longInteger(bytes: Uint8Array): number | bigint {
  if (bytes.length > INTEGER_BYTES) throw malformed('its pickle has an endless integer');
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]);
  return narrow(BigInt.asIntN(8 * bytes.length, value));
}

function decimalInteger(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  const digits = text.replace(/L$/, '');
  if (!/^[+-]?\d{1,150}$/.test(digits)) throw malformed('its pickle has an integer that is none');
  return narrow(BigInt(digits));
}

const narrow = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

function quoted(text: string): string {
  if (!/^(['"]).*\1$/.test(text) || text.length < 2 || text.includes('\\'))
    throw malformed('its pickle has a text that is none');
  return text.slice(1, -1);
}

const STOP = 0x2e;
type Operation = (machine: Unpickler, reader: ByteReader) => void;

const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Frames
  [0x80, (_, reader) => reader.skip(1)], // PROTO
  [0x95, (_, reader) => reader.skip(8)], // FRAME
  // Constants
  [0x4e, (machine) => machine.push(null)], // NONE
  [0x88, (machine) => machine.push(true)], // NEWTRUE
  [0x89, (machine) => machine.push(false)], // NEWFALSE
  // Numbers
  [0x49, (machine, reader) => machine.push(decimalInteger(reader.line(LINE_BYTES)))], // INT
  [0x4c, (machine, reader) => machine.push(decimalInteger(reader.line(LINE_BYTES)))], // LONG
  [0x4a, (machine, reader) => machine.push(reader.i32())], // BININT
  [0x4b, (machine, reader) => machine.push(reader.u8())], // BININT1
  [0x4d, (machine, reader) => machine.push(reader.u16())], // BININT2
  [0x8a, (machine, reader) => machine.push(longInteger(reader.take(reader.u8())))], // LONG1
  [0x8b, (machine, reader) => machine.push(longInteger(reader.take(reader.u32())))], // LONG4
  [0x46, (machine, reader) => machine.push(Number(reader.line(LINE_BYTES)))], // FLOAT
  [0x47, (machine, reader) => machine.push(reader.f64BigEndian())], // BINFLOAT
  // Texts and bytes
  [0x53, (machine, reader) => machine.push(quoted(reader.line(LINE_BYTES)))], // STRING
  [0x54, (machine, reader) => machine.pushText(reader.u32())], // BINSTRING
  [0x55, (machine, reader) => machine.pushText(reader.u8())], // SHORT_BINSTRING
  [0x56, (machine, reader) => machine.push(reader.line(LINE_BYTES))], // UNICODE
  [0x58, (machine, reader) => machine.pushText(reader.u32())], // BINUNICODE
  [0x8c, (machine, reader) => machine.pushText(reader.u8())], // SHORT_BINUNICODE
  [0x8d, (machine, reader) => machine.pushText(reader.u64())], // BINUNICODE8
  [0x42, (machine, reader) => machine.pushBytes(reader.u32())], // BINBYTES
  [0x43, (machine, reader) => machine.pushBytes(reader.u8())], // SHORT_BINBYTES
  [0x8e, (machine, reader) => machine.pushBytes(reader.u64())], // BINBYTES8
  [0x96, (machine, reader) => machine.pushBytes(reader.u64())], // BYTEARRAY8
  // Containers
  [0x28, (machine) => machine.mark()], // MARK
  [0x5d, (machine) => machine.pushContainer([])], // EMPTY_LIST
  [0x61, (machine) => machine.append([machine.pop()])], // APPEND
  [0x65, (machine) => machine.append(machine.popToMark())], // APPENDS
  [0x6c, (machine) => machine.pushContainer(machine.popToMark())], // LIST
  [0x29, (machine) => machine.pushContainer([])], // EMPTY_TUPLE
  [0x74, (machine) => machine.pushContainer(machine.popToMark())], // TUPLE
  [0x85, (machine) => machine.pushContainer(machine.popMany(1))], // TUPLE1
  [0x86, (machine) => machine.pushContainer(machine.popMany(2))], // TUPLE2
  [0x87, (machine) => machine.pushContainer(machine.popMany(3))], // TUPLE3
  [0x7d, (machine) => machine.pushContainer(new Map())], // EMPTY_DICT
  [0x64, (machine) => machine.pushContainer(toMap(machine.popToMark()))], // DICT
  [0x73, (machine) => machine.setItems(machine.popMany(2))], // SETITEM
  [0x75, (machine) => machine.setItems(machine.popToMark())], // SETITEMS
  [0x8f, (machine) => machine.pushContainer(new Set())], // EMPTY_SET
  [0x91, (machine) => machine.pushContainer(new Set(machine.popToMark()))], // FROZENSET
  [0x90, addItems], // ADDITEMS
  // The stack and the memo
  [0x30, (machine) => machine.pop()], // POP
  [0x31, (machine) => machine.popToMark()], // POP_MARK
  [0x32, (machine) => machine.push(machine.top())], // DUP
  [0x70, (machine, reader) => machine.remember(Number(reader.line(LINE_BYTES)))], // PUT
  [0x71, (machine, reader) => machine.remember(reader.u8())], // BINPUT
  [0x72, (machine, reader) => machine.remember(reader.u32())], // LONG_BINPUT
  [0x94, (machine) => machine.remember(machine.memo.size)], // MEMOIZE
  [0x67, (machine, reader) => machine.recall(Number(reader.line(LINE_BYTES)))], // GET
  [0x68, (machine, reader) => machine.recall(reader.u8())], // BINGET
  [0x6a, (machine, reader) => machine.recall(reader.u32())], // LONG_BINGET
  // Globals, and what is made with them
  [0x63, (machine, reader) => machine.pushGlobal(reader.line(LINE_BYTES), reader.line(LINE_BYTES))], // GLOBAL
  [0x93, (machine) => machine.pushGlobal(...(machine.popMany(2) as [unknown, unknown]))], // STACK_GLOBAL
  [0x52, (machine) => machine.call()], // REDUCE
  [0x81, (machine) => machine.call()], // NEWOBJ
  [0x62, (machine) => machine.setState()], // BUILD
  [0x50, (machine, reader) => machine.push(machine.options.findPersistent(reader.line(LINE_BYTES)))], // PERSID
  [0x51, (machine) => machine.push(machine.options.findPersistent(machine.pop()))], // BINPERSID
]);

function addItems(machine: Unpickler): void {
  const values = machine.popToMark();
  const set = machine.top();
  if (!(set instanceof Set)) throw malformed('its pickle adds to what is no set');
  for (const value of values) set.add(value);
}
