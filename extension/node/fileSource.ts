// The files a reader may touch, over node:fs.
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import type { FileSource } from '../data/types.ts';
import { compareCodePoints } from '../text/vocabulary.ts';
import { UserError } from '../util/userError.ts';

const READ_BYTES = 1 << 15;

export function createFileSource(): FileSource {
  return {
    async kind(path) {
      const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw error;
      });
      if (stats && !stats.isDirectory() && !stats.isFile()) throw noFile(path);
      return stats?.isDirectory() ? 'folder' : stats && 'file';
    },
    size: async (path) => (await stat(path)).size,
    list: async (path) => (await readdir(path)).sort(compareCodePoints),
    read: (path, start) => createReadStream(path, { highWaterMark: READ_BYTES, start }),
    async slice(path, start, end) {
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(new Uint8Array(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

/** Data is read more than once, and a pipe that nobody writes to is waited for without end. */
function noFile(path: string): UserError {
  return new UserError({
    code: 'data.noFile',
    message: `${path} is a pipe or a device.`,
    remedy: 'Write its content to a file and name that.',
  });
}
