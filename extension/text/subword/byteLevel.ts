// The 256 characters that stand for bytes in byte-level BPE (Radford et al., 2019): printable ones for themselves, the others from U+0100 on.

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** By byte. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();
const BYTE_OF = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A token as people read it: its characters, with Ġ for a space before them. Bytes that are no whole characters stay as they are. */
export function readableBytes(token: string): string {
  const bytes = Array.from(token, (character) => BYTE_OF.get(character));
  if (!bytes.every((byte) => byte !== undefined)) return token;
  try {
    return decoder.decode(Uint8Array.from(bytes)).replace(/^ /, 'Ġ');
  } catch {
    return token;
  }
}
