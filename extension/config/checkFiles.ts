// Files and folders that a config names and that are not there, or not of the right kind.
import type { Experiment } from '../schema/experiment.ts';
import type { RunManifest } from '../schema/run.ts';
import { listRunsMeant, startsMeant } from '../schema/runReference.ts';
import { nearestName } from '../util/editDistance.ts';
import { type ConfigText, type JsonPath, replaceNode } from './configText.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';
import { sourcesOf } from './sources.ts';

/** What may be asked of the disk. Paths are absolute or, as in the config, relative to its folder: `resolve` knows. */
export interface FileProbe {
  /** Absolute path of a path in the config. */
  resolve(path: string): string;
  kind(path: string): Promise<'file' | 'folder' | undefined>;
  /** Names in a folder; none where it cannot be read. */
  list(path: string): Promise<string[]>;
  /** The text of a file that is there. */
  readText(path: string): Promise<string>;
}

/** Runs that a prefix fits and that are offered. */
const MAX_OFFERED = 5;
const FOLDER_FORMATS = ['filePerClass', 'folderPerClass'];

export async function checkFiles(
  config: ConfigText,
  experiment: Experiment,
  probe: FileProbe,
): Promise<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const { path, source } of sourcesOf(experiment)) {
    const node = config.find([...path, 'path']);
    if (!node) continue;
    const place = { severity: 'error', start: node.offset, end: node.offset + node.length } as const;
    const kind = await probe.kind(probe.resolve(source.path));
    if (kind === undefined) {
      const nearest = await nearestPath(source.path, probe);
      const fixes: ProblemFix[] = nearest ? [replaceNode(`Change to "${nearest}"`, node, JSON.stringify(nearest))] : [];
      const remedy = nearest ? `Did you mean "${nearest}"?` : 'Paths are relative to the config.';
      problems.push({ ...place, code: 'data.fileMissing', message: `There is no "${source.path}". ${remedy}`, fixes });
    } else if (source.format && source.format !== 'auto') {
      const wantsFolder = FOLDER_FORMATS.includes(source.format);
      if (wantsFolder === (kind === 'folder')) continue;
      const message = `"${source.path}" is a ${kind}; the format "${source.format}" needs a ${wantsFolder ? 'folder' : 'file'}.`;
      const fixes = [config.fixByRemoval('Remove "format"', [...path, 'format'])];
      problems.push({ ...place, code: 'data.kindMismatch', message, fixes });
    }
  }
  return [...problems, ...(await checkOtherFiles(config, experiment, probe))];
}

/** Word vectors, the tokens of other weights, and the weights to start from: a path, or the start of the id of a run beside the config. */
async function checkOtherFiles(config: ConfigText, experiment: Experiment, probe: FileProbe): Promise<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const report = (path: JsonPath, code: string, message: string, offered: readonly (string | undefined)[]): void => {
    const node = config.find(path);
    if (!node) return;
    const names = offered.filter((name) => name !== undefined);
    const fixes = names.map((name) => replaceNode(`Change to "${name}"`, node, JSON.stringify(name)));
    const { offset: start, length } = node;
    problems.push({ code, severity: 'error', message, start, end: start + length, fixes });
  };
  const { embedding } = experiment.model;
  const vectors = embedding && 'vectors' in embedding ? embedding.vectors : undefined;
  const files: [path: string | undefined, at: JsonPath][] = [
    [vectors?.path, ['model', 'embedding', 'vectors', 'path']],
    [vectors?.tokens, ['model', 'embedding', 'vectors', 'tokens']],
    [experiment.fineTune?.tokens, ['fineTune', 'tokens']],
  ];
  const tokenizer = experiment.text?.tokenizer;
  if (tokenizer && 'file' in tokenizer) files.push([tokenizer.file, ['text', 'tokenizer', 'file']]);
  for (const [path, at] of files) {
    if (path === undefined || (await probe.kind(probe.resolve(path))) === 'file') continue;
    const nearest = await nearestPath(path, probe);
    report(at, 'data.fileMissing', `There is no file "${path}". Paths are relative to the config.`, [nearest]);
  }
  const from = experiment.fineTune?.from;
  const problem = from === undefined ? undefined : await sourceProblem(from, probe);
  if (problem) report(['fineTune', 'from'], 'fineTune.from', problem.message, problem.offered);
  return problems;
}

interface SourceProblem {
  message: string;
  /** What may have been meant. */
  offered: readonly (string | undefined)[];
}

/** Why weights cannot come `from` there: it is no path, and no run or several beside the config are meant. */
async function sourceProblem(from: string, probe: FileProbe): Promise<SourceProblem | undefined> {
  if (await probe.kind(probe.resolve(from))) return undefined;
  const runs = await listRuns(probe);
  const meant = startsMeant(from, runs);
  if (meant.length === 1) return undefined;
  if (meant.length > 1) {
    const message = `"${from}" fits ${meant.length} runs: ${listRunsMeant(meant)}. Give more of the id.`;
    const newest = meant.map(({ id }) => id).sort();
    return { message, offered: newest.reverse().slice(0, MAX_OFFERED) };
  }
  const remedy =
    runs.length === 0
      ? 'There are no runs beside this config yet.'
      : 'Give a path, the start of a run’s id, its name, or "latest".';
  const names = runs.flatMap(({ id, name }) => [id, ...(name === undefined ? [] : [name])]);
  const nearest = nearestName(from, names) ?? (await nearestPath(from, probe));
  return {
    message: `There is no file, folder or run "${from}". ${remedy}`,
    offered: [nearest, runs.length > 0 ? 'latest' : undefined],
  };
}

type NamedRun = { id: string; name?: string } & Pick<RunManifest, 'best' | 'status'>;

/** Runs beside the config. One that cannot be read counts as it stands: it has a message of its own, where it is used. */
async function listRuns(probe: FileProbe): Promise<NamedRun[]> {
  const folder = probe.resolve('.gatescope/runs');
  const ids = (await probe.list(folder)).filter((id) => !id.startsWith('.'));
  return Promise.all(
    ids.map(async (id) => {
      try {
        const manifest = JSON.parse(await probe.readText(`${folder}/${id}/run.json`)) as Partial<RunManifest>;
        const { name, best, status = 'crashed' } = manifest;
        return { id, best, status, ...(typeof name === 'string' && { name }) };
      } catch {
        return { id, status: 'crashed' };
      }
    }),
  );
}

/** The nearest name in the folder that the path is in, as a path of the same form. */
export async function nearestPath(path: string, probe: FileProbe): Promise<string | undefined> {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const folder = path.slice(0, cut);
  const names = (await probe.list(probe.resolve(folder || '.'))).filter((name) => !name.startsWith('.'));
  const nearest = nearestName(path.slice(cut), names);
  return nearest === undefined ? undefined : folder + nearest;
}
