// Where the editor gets its knowledge of configs from: the one place of the host that knows extension/config.
// Errors of JSON itself are left to VS Code, which shows them in every JSON file.
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { validateDataset, validateDatasetFiles } from '../../config/checkDataset.ts';
import type { FileProbe } from '../../config/checkFiles.ts';
import { problemOfFinding, validateConfig, validateFiles } from '../../config/validateConfig.ts';
import type { ConfigChecker } from './configProblem.ts';

export const configChecker: ConfigChecker = {
  checkShape(text) {
    const { experiment, problems } = validateConfig(text);
    return { experiment, problems: problems.filter(({ code }) => code !== 'config.syntax') };
  },
  checkFiles: (text, configPath) => validateFiles(text, createProbe(configPath)),
  async checkManifest(text, path) {
    const { problems } = validateDataset(text);
    const files = await validateDatasetFiles(text, createProbe(path));
    return [...problems.filter(({ code }) => code !== 'config.syntax'), ...files];
  },
  toDataProblem: problemOfFinding,
};

/** Paths are relative to the folder of the file at `configPath`. */
export function createProbe(configPath: string): FileProbe {
  return {
    resolve: (path) => resolve(dirname(configPath), path),
    async kind(path) {
      const stats = await stat(path).catch(() => undefined);
      return stats?.isDirectory() ? 'folder' : stats && 'file';
    },
    list: (path) => readdir(path).catch(() => []),
    readText: (path) => readFile(path, 'utf8'),
  };
}
