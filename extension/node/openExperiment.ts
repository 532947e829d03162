// From a config on disk to a resolved experiment that is fit to run: shape and files are checked here, data while it is read.
import { readFile } from 'node:fs/promises';
import { type EngineDefaults, invalidConfig, loadExperiment } from '../config/loadExperiment.ts';
import { overrideConfig } from '../config/overrideConfig.ts';
import { validateFiles } from '../config/validateConfig.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { UserError } from '../util/userError.ts';
import { locateDatasets } from './datasets.ts';
import { createFileProbe } from './fileProbe.ts';

export interface OpenOptions {
  /** `key=value` pairs that change the config for this run. */
  overrides?: readonly string[];
  /** What counts where the config is silent. */
  engine?: EngineDefaults;
}

/** Throws UserError `config.notFound`, `config.override`, `config.invalid`. */
export async function openExperiment(configPath: string, options: OpenOptions = {}): Promise<ResolvedExperiment> {
  const text = await readConfigText(configPath);
  const { overrides = [], engine } = options;
  if (overrides.length === 0) return openText(text, configPath, engine);
  try {
    return await openText(overrideConfig(text, overrides), configPath, engine);
  } catch (error) {
    if (!UserError.is(error, 'config.invalid')) throw error;
    // What is wrong in the file is said with its place there; what is wrong by the changes has none.
    await openText(text, configPath, engine);
    throw invalidOverride(error, overrides);
  }
}

async function openText(text: string, configPath: string, engine?: EngineDefaults): Promise<ResolvedExperiment> {
  const experiment = loadExperiment(text, configPath, engine);
  const missing = await validateFiles(text, createFileProbe(configPath));
  if (missing.length > 0) throw invalidConfig(configPath, text, missing);
  return locateDatasets(experiment, configPath);
}

/** From a text that need not be on disk, without a look at its files. Throws UserError `config.invalid`, `dataset.notFound`. */
export async function openExperimentText(
  text: string,
  configPath: string,
  engine?: EngineDefaults,
): Promise<ResolvedExperiment> {
  return locateDatasets(loadExperiment(text, configPath, engine), configPath);
}

function invalidOverride({ message, remedy }: UserError, overrides: readonly string[]): UserError {
  return new UserError({ code: 'config.override', message: `With ${overrides.join(', ')}: ${message}`, remedy });
}

export async function readConfigText(configPath: string): Promise<string> {
  try {
    return await readFile(configPath, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new UserError({
      code: 'config.notFound',
      message: `${configPath} ${what}.`,
      remedy: 'Give the path of a *.gatescope.json file.',
      cause,
    });
  }
}
