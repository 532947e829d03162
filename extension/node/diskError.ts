// What the operating system says of files and disks, in words: the user's to mend, not a bug.
import { UserError } from '../util/userError.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission was denied',
  EPERM: 'permission was denied',
  EROFS: 'the disk is read-only',
  EMFILE: 'too many files are open',
  EIO: 'the disk reported an error',
  ENOENT: 'it, or its folder, does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'something else has its name',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** The UserError `disk` for an error of the file system; undefined for any other. */
export function toDiskError(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || error instanceof UserError) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const reason = syscall && code ? REASONS[code] : undefined;
  if (!reason) return undefined;
  return new UserError({
    code: 'disk',
    message: `${path ?? 'A file'} could not be read or written: ${reason}.`,
    remedy: 'Mend that, then try again.',
    cause: error,
  });
}

/** Does `work`; what the file system says of it is the user's to mend. */
export async function withDiskErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDiskError(error) ?? error;
  }
}
