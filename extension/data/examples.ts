// A source of examples: one file or folder, opened (format and encoding found and said) and then read as a stream.
// Invariant: every row comes out, as an example or as a bad row with its place.
import type { ResolvedFile } from '../schema/resolved.ts';
import { openArrow } from './arrowSource.ts';
import { DataError } from './dataError.ts';
import { decodeFile, readHead, settleEncoding } from './decode.ts';
import { openFolder } from './folderSource.ts';
import { type FoundFormat, formatByContent, formatByName, formatOfFolder, type KnownFormat } from './formats.ts';
import { openJson } from './jsonSource.ts';
import { openLines } from './lineSource.ts';
import { openParquet } from './parquetSource.ts';
import {
  isBadRow,
  type OpenedSource,
  type OpenFile,
  type ReadItem,
  type RowStart,
  type SourceRequest,
} from './readItem.ts';
import { openSeparated } from './separatedSource.ts';
import { openText } from './textSource.ts';
import type { FileSource } from './types.ts';

const HEAD_CHARACTERS = 1 << 16;

/** Looks at the data and settles how to read it. Throws DataError where it cannot be read at all. */
export async function openSource(request: SourceRequest, files: FileSource): Promise<OpenedSource> {
  const { source, path } = request;
  const kind = await files.kind(path);
  if (kind === undefined) throw missing(request);
  const found = await findFormat(request, files, kind);
  const isFolderFormat = found.format === 'filePerClass' || found.format === 'folderPerClass';
  if (isFolderFormat !== (kind === 'folder')) throw wrongKind(request, found.format, kind);
  const why = found.reason === '' ? '' : `: ${found.reason}`;
  const said = [`${path} is read as ${found.format}${why}.`];
  const opened = isFolderFormat
    ? await openFolder(request, files, found.format)
    : await openFile(request, files, found.format);
  return {
    ...opened,
    how: [...said, ...opened.how],
    read: (from) => withLabelPart(opened.read(from), source.labelPart),
  };
}

async function findFormat(request: SourceRequest, files: FileSource, kind: 'file' | 'folder'): Promise<FoundFormat> {
  const { source, path, configPath } = request;
  if (source.format !== 'auto') return { format: source.format, reason: '' };
  if (kind === 'folder') return formatOfFolder(files, path);
  const byName = formatByName(path);
  if (byName) return byName;
  const { encoding } = await settleEncoding(files, path, source.encoding);
  return formatByContent(await readHead(files, path, encoding, HEAD_CHARACTERS), path, configPath);
}

async function openFile(request: SourceRequest, files: FileSource, format: KnownFormat): Promise<OpenedSource> {
  if (format === 'parquet') return openParquet(request, files);
  if (format === 'arrow') return openArrow(request, files);
  const { source, path } = request;
  const { encoding, how } = await settleEncoding(files, path, source.encoding);
  const text = (from?: RowStart) => decodeFile(files, path, encoding, from?.byte);
  const head = await readHead(files, path, encoding, HEAD_CHARACTERS);
  const opened = await openFormat(request, { format, head, text });
  return { ...opened, how: [...(how ? [how] : []), ...opened.how] };
}

async function openFormat(request: SourceRequest, file: OpenFile): Promise<OpenedSource> {
  if (file.format === 'text') return openText(request, file.text);
  if (file.format === 'json') return openJson(request, file);
  return file.format === 'csv' || file.format === 'tsv' ? openSeparated(request, file) : openLines(request, file);
}

async function* withLabelPart(
  batches: AsyncIterable<ReadItem[]>,
  part: ResolvedFile['labelPart'],
): AsyncGenerator<ReadItem[]> {
  for await (const items of batches) {
    if (part === 'coarse') for (const item of items) if (!isBadRow(item)) item.label = item.label.split(':')[0];
    yield items;
  }
}

function missing({ path, configPath }: SourceRequest): DataError {
  return new DataError({
    code: 'data.fileMissing',
    message: `${path} does not exist.`,
    remedy: 'Give a path that is there; in a config it is relative to the config.',
    configPath: [...configPath, 'path'],
  });
}

function wrongKind({ path, configPath }: SourceRequest, format: KnownFormat, kind: 'file' | 'folder'): DataError {
  return new DataError({
    code: 'data.kindMismatch',
    message: `${path} is a ${kind}, which the format "${format}" is not about.`,
    remedy:
      kind === 'folder'
        ? 'Use "filePerClass" or "folderPerClass", or name a file.'
        : 'Name a folder, or use another format.',
    configPath: [...configPath, 'format'],
  });
}
