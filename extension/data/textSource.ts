// Running text: a piece a line, with the line feed that ends it; all pieces together are the text.
import type { OpenedSource, OpenFile, ReadItem, SourceRequest } from './readItem.ts';

/** A line longer than this comes in several pieces, cut after white space where there is some. */
const MAX_PIECE_CHARACTERS = 1 << 16;

export function openText({ path }: SourceRequest, text: OpenFile['text']): OpenedSource {
  return { how: [], seeksBy: 'byte', read: (from) => readPieces(text(from), path, from?.line) };
}

async function* readPieces(chunks: AsyncIterable<string>, path: string, firstLine = 1): AsyncGenerator<ReadItem[]> {
  let rest = '';
  let line = firstLine;
  for await (const chunk of chunks) {
    rest += chunk;
    const items: ReadItem[] = [];
    for (let end = pieceEnd(rest); end > 0; end = pieceEnd(rest)) {
      const text = rest.slice(0, end);
      items.push({ text, label: '', path, line });
      if (text.endsWith('\n')) line++;
      rest = rest.slice(end);
    }
    yield items;
  }
  if (rest !== '') yield [{ text: rest, label: '', path, line }];
}

/** Where the first piece ends; 0 where more text must come first. */
function pieceEnd(text: string): number {
  const lineEnd = text.indexOf('\n') + 1;
  if (lineEnd > 0 && lineEnd <= MAX_PIECE_CHARACTERS) return lineEnd;
  if (text.length <= MAX_PIECE_CHARACTERS) return 0;
  const spaces = /^[\s\S]*\s/.exec(text.slice(0, MAX_PIECE_CHARACTERS));
  if (spaces) return spaces[0].length;
  const isPair = /^[\ud800-\udbff]$/.test(text[MAX_PIECE_CHARACTERS - 1]);
  return isPair ? MAX_PIECE_CHARACTERS - 1 : MAX_PIECE_CHARACTERS;
}
