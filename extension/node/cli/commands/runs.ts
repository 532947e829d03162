// gatescope runs: lists runs under a folder, and shows, renames, annotates, reports on and deletes them.
import { relative, resolve } from 'node:path';
import { backendText } from '../../../protocol/backendText.ts';
import { formatHeadline } from '../../../protocol/scores.ts';
import {
  deleteRun,
  findRuns,
  readEnvironment,
  readEvaluation,
  resolveRun,
  type StoredRun,
  updateRun,
} from '../../../store/runStore.ts';
import { UserError, withRemedy } from '../../../util/userError.ts';
import { createFileSource } from '../../fileSource.ts';
import { writeReport } from '../../report.ts';
import { changeTables, comparedScores } from '../changeTables.ts';
import { type Command, type CommandContext, EXIT, JSON_OPTION, stringOption, usageError } from '../command.ts';
import { count, ellipsis, table } from '../format.ts';
import { compareRuns, diffJson, diffText, timeOf } from '../runsDiff.ts';
import { evaluationTables } from '../scoresTable.ts';

const ACTIONS = ['list', 'show', 'diff', 'rename', 'note', 'report', 'delete'] as const;
type Action = (typeof ACTIONS)[number];

export const runsCommand: Command = {
  name: 'runs',
  summary: 'List, show, compare, rename, annotate, report on and delete runs.',
  usage: 'gatescope runs [ACTION] [options]',
  options: {
    out: { type: 'string', value: 'FILE', description: 'Where `report` writes its HTML (default: ID.html).' },
    yes: { type: 'boolean', short: 'y', description: 'Delete without asking again.' },
    json: JSON_OPTION,
  },
  details: [
    'Actions:',
    '  list [FOLDER]       all runs at or under a folder (default: here), newest first',
    '  show RUN            scores and facts of a run',
    '  diff RUN RUN        scores and times of two runs, and what differs between their configs',
    '  rename RUN NAME     give it another name',
    '  note RUN TEXT       write a note on it',
    '  report RUN          write a standalone HTML report',
    '  delete RUN… --yes   remove runs for good',
    '',
    'RUN is the folder of a run, the start of its id, its name, or `latest`.',
  ].join('\n'),
  run: runs,
};

async function runs(context: CommandContext): Promise<number> {
  const [first = 'list', ...rest] = context.positionals;
  const action = ACTIONS.find((name) => name === first);
  if (!action) throw usageError(runsCommand, `runs has no action "${first}".`);
  await HANDLERS[action](rest, context);
  return EXIT.ok;
}

const HANDLERS: Record<Action, (args: string[], context: CommandContext) => Promise<void>> = {
  async list([folder = '.'], { cwd, output, options }) {
    const root = resolve(cwd, folder);
    if ((await createFileSource().kind(root)) !== 'folder') throw noFolder(root);
    const found = await findRuns(root);
    if (options.json) {
      for (const { dir, manifest } of found) output.line(JSON.stringify({ ...manifest, dir }));
    } else if (found.length === 0) {
      output.note(`No runs under ${root}. Train a config to make one.`);
    } else {
      output.line(table(['run', 'name', 'status', 'epochs', 'validation', 'test', 'time'], found.map(listRow)));
    }
  },
  async show(args, { cwd, output, options }) {
    const run = await oneRun(args, cwd);
    output.line(options.json ? JSON.stringify(await factsOf(run)) : await describe(run, cwd));
  },
  async diff(args, { cwd, output, options }) {
    if (args.length !== 2) throw usageError(runsCommand, 'diff needs two runs.');
    const [before, after] = await Promise.all(args.map((reference) => resolveRun(reference, cwd)));
    const compared = await compareRuns(before, after);
    output.line(options.json ? JSON.stringify(diffJson(compared)) : diffText(compared));
  },
  async rename(args, { cwd, output }) {
    const [run, name] = [await oneRun(args.slice(0, 1), cwd), args.slice(1).join(' ').trim()];
    if (name === '') throw usageError(runsCommand, 'rename needs a name.');
    await updateRun(run.dir, { name });
    output.note(`${run.manifest.id} is now called "${name}".`);
  },
  async note(args, { cwd, output }) {
    const run = await oneRun(args.slice(0, 1), cwd);
    await updateRun(run.dir, { note: args.slice(1).join(' ') });
    output.note(`Note on ${run.manifest.id} written.`);
  },
  async report(args, context) {
    const run = await oneRun(args, context.cwd);
    const path = stringOption(context, 'out') ?? `${run.manifest.id}.html`;
    await writeReport(run.dir, resolve(context.cwd, path));
    context.output.line(path);
  },
  async delete(args, { cwd, output, options }) {
    if (args.length === 0) throw usageError(runsCommand, 'delete needs a run.');
    const chosen = await Promise.all(args.map((reference) => resolveRun(reference, cwd)));
    const names = chosen.map(({ manifest }) => manifest.id).join(', ');
    if (!options.yes) {
      throw new UserError({
        code: 'cli.notConfirmed',
        message: `This would delete ${names}.`,
        remedy: 'Add --yes to do it.',
      });
    }
    for (const { dir } of chosen) await deleteRun(dir);
    output.note(`Deleted ${names}.`);
  },
};

function noFolder(path: string): UserError {
  return new UserError({
    code: 'runs.noFolder',
    message: `${path} does not exist, or is no folder.`,
    remedy: 'Give a folder that holds configs or runs.',
  });
}

async function oneRun(args: readonly string[], cwd: string): Promise<StoredRun> {
  if (args.length !== 1) throw usageError(runsCommand, 'This action needs one run.');
  return resolveRun(args[0], cwd);
}

function listRow(run: StoredRun): string[] {
  const { id, name, status, epochs, task, best, test } = run.manifest;
  const done = `${epochs.done}/${epochs.planned}`;
  const [onValidation, onTest] = [best, test].map((scores) => formatHeadline(task, scores));
  return [id, ellipsis(name, 40), status, done, onValidation, onTest, timeOf(run.manifest)];
}

async function factsOf({ dir, manifest }: StoredRun) {
  return { ...manifest, dir, environment: await readEnvironment(dir), evaluation: await readEvaluation(dir) };
}

async function describe(run: StoredRun, cwd: string): Promise<string> {
  const { environment, evaluation } = await factsOf(run);
  const { name, note, status, epochs, task, best, problem } = run.manifest;
  const facts = [
    name,
    ...(note ? [note] : []),
    `${status}, ${epochs.done} of ${epochs.planned} epochs, ${timeOf(run.manifest)}${best ? `, best epoch ${best.epoch}` : ''}`,
    ...(problem ? [withRemedy(problem.message, problem.remedy)] : []),
    ...(environment
      ? [
          `${count(environment.data.parameters)} parameters, seed ${environment.seed}, ${backendText({ ...environment.backend, threads: environment.threads })}`,
        ]
      : []),
    relative(cwd, run.dir) || '.',
  ];
  if (!evaluation) return facts.join('\n');
  const { validation, test } = evaluation;
  const rows = [['validation', validation] as const, ...(test ? [['test', test] as const] : [])];
  const before = evaluation.start ? [comparedScores(evaluation, task)] : [];
  const tables = [evaluationTables(rows, task), ...before, ...changeTables(evaluation, run.manifest)];
  return [facts.join('\n'), ...tables].join('\n\n');
}
