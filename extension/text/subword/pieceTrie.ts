// Pieces by their characters, for reading all pieces that begin at a place of a text.
// Invariant: an open-addressing table from (node, character) to node, at most half full: 28 to 52 bytes for each character of the pieces, which
// whoever reads pieces of others limits (tokenizerFile.ts).

export class PieceTrie {
  readonly #keys: Float64Array;
  readonly #children: Int32Array;
  readonly #mask: number;
  /** By node: the piece that ends there, -1 for none. */
  readonly #pieces: Int32Array;
  readonly #alphabetSize: number;
  #nodes = 1;

  /** `pieces` as numbers of characters below `alphabetSize`. */
  constructor(pieces: readonly Int32Array[], alphabetSize: number) {
    this.#alphabetSize = alphabetSize;
    const total = pieces.reduce((sum, piece) => sum + piece.length, 1);
    const size = 2 ** Math.ceil(Math.log2(total * 2));
    this.#keys = new Float64Array(size).fill(-1);
    this.#children = new Int32Array(size);
    this.#mask = size - 1;
    this.#pieces = new Int32Array(total + 1).fill(-1);
    for (const [id, piece] of pieces.entries()) {
      let node = 0;
      for (const character of piece) node = this.#childOrNew(node, character);
      this.#pieces[node] = id;
    }
  }

  #slot(key: number): number {
    let at = (Math.imul(key, 0x9e3779b1) ^ Math.imul(key / 0x10000, 0x85ebca6b)) & this.#mask;
    while (this.#keys[at] !== key && this.#keys[at] !== -1) at = (at + 1) & this.#mask;
    return at;
  }

  #childOrNew(node: number, character: number): number {
    const key = node * this.#alphabetSize + character;
    const at = this.#slot(key);
    if (this.#keys[at] === -1) {
      this.#keys[at] = key;
      this.#children[at] = this.#nodes++;
    }
    return this.#children[at];
  }

  /** The node after `character`; 0 where no piece goes on so. The root is 0. */
  child(node: number, character: number): number {
    const at = this.#slot(node * this.#alphabetSize + character);
    return this.#keys[at] === -1 ? 0 : this.#children[at];
  }

  pieceAt(node: number): number {
    return this.#pieces[node];
  }
}
