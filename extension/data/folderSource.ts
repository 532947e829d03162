// One class a file, or one class a folder.
import { DataError } from './dataError.ts';
import { decodeFile, type KnownEncoding, settleEncoding } from './decode.ts';
import type { KnownFormat } from './formats.ts';
import { readEachLine } from './lineSource.ts';
import { type OpenedSource, type SourceRequest, toItem } from './readItem.ts';
import type { FileSource } from './types.ts';

/** One class a file or a folder, of the files that isDataFile. */
export async function openFolder(
  request: SourceRequest,
  files: FileSource,
  format: KnownFormat,
): Promise<OpenedSource> {
  const { source, path } = request;
  const parts = format === 'filePerClass' ? await classFiles(files, path) : await classFolders(files, path);
  if (parts.length === 0) throw emptyFolder(request, format);
  const how: string[] = [];
  const encodings = new Map<string, KnownEncoding>();
  for (const { path: filePath } of parts) {
    const found = await settleEncoding(files, filePath, source.encoding);
    encodings.set(filePath, found.encoding);
    if (found.how) how.push(found.how);
  }
  const labels = new Set(parts.map(({ label }) => label));
  return {
    how: [`Classes: ${labels.size}, files: ${parts.length}.`, ...how.slice(0, 10)],
    seeksBy: 'byte',
    async *read(from) {
      const first = from ? parts.findIndex((part) => part.path === from.path) : 0;
      for (const { label, path: filePath } of parts.slice(Math.max(0, first))) {
        const { byte, line: firstLine } = filePath === from?.path ? from : { byte: 0, line: 1 };
        const text = decodeFile(files, filePath, encodings.get(filePath) as KnownEncoding, byte);
        const parse = (line: string, place: { path: string; line: number }) => toItem(line, label, place);
        if (format === 'filePerClass') yield* readEachLine(text, filePath, parse, firstLine);
        else yield [toItem(await wholeText(text), label, { path: filePath, line: 1 })];
      }
    },
  };
}

interface ClassPart {
  label: string;
  path: string;
}

const NOTES = /^(?:source|readme|licen[cs]e|notice)\b/i;
const OWN = /(?:\.dataset|\.gatescope|(?:^|\.)tokenizer)\.json$/;

/** Whether a file of this name can hold texts. Hidden files, and those that only say where the data is from, do not; nor do our own, which are written beside the data. */
export const isDataFile = (name: string): boolean => !name.startsWith('.') && !NOTES.test(name) && !OWN.test(name);

async function classFiles(files: FileSource, path: string): Promise<ClassPart[]> {
  const names = (await files.list(path)).filter(isDataFile);
  const parts: ClassPart[] = [];
  for (const name of names) {
    const filePath = `${path}/${name}`;
    if ((await files.kind(filePath)) === 'file') parts.push({ label: name.replace(/\.[^.]*$/, ''), path: filePath });
  }
  return parts;
}

async function classFolders(files: FileSource, path: string): Promise<ClassPart[]> {
  const parts: ClassPart[] = [];
  for (const label of await files.list(path)) {
    const folder = `${path}/${label}`;
    if (label.startsWith('.') || (await files.kind(folder)) !== 'folder') continue;
    for (const name of await files.list(folder)) {
      const path = `${folder}/${name}`;
      if (!name.startsWith('.') && (await files.kind(path)) === 'file') parts.push({ label, path });
    }
  }
  return parts;
}

async function wholeText(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

function emptyFolder({ path, configPath }: SourceRequest, format: KnownFormat): DataError {
  return new DataError({
    code: 'data.empty',
    message: `${path} holds no ${format === 'filePerClass' ? 'files' : 'folders with files'}.`,
    remedy: format === 'filePerClass' ? 'Put one text file a class into it.' : 'Put one folder a class into it.',
    configPath: [...configPath, 'path'],
  });
}
