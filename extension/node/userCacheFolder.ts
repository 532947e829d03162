// Where a user's machine keeps what can be made again.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Gatescope's folder in it; it need not exist. */
export function userCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base =
    XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(base, 'gatescope');
}
