// The version of this build, from package.json. Only bundled entries import this file.
import { version } from '../../package.json';

export const VERSION: string = version;
