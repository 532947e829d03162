// gatescope train: trains a config to the end in this process; Ctrl-C stops and keeps, twice cancels.
import { access, constants } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { ConfigChanges, TrainOutcome } from '../../../protocol/engineContract.ts';
import { formatScore, SCORE_FACTS, scoreNames } from '../../../protocol/scores.ts';
import { type RunEvent, secondsUntil } from '../../../schema/run.ts';
import { listRunsMeant, runsMeant } from '../../../schema/runReference.ts';
import { runsDirOf } from '../../../store/runFolder.ts';
import { listRuns, readEvaluation, resolveRun } from '../../../store/runStore.ts';
import { withRemedy } from '../../../util/userError.ts';
import { openExperiment } from '../../openExperiment.ts';
import { writeReport } from '../../report.ts';
import { planResume } from '../../resumeRun.ts';
import { INTERNAL_PROBLEM } from '../../runProblem.ts';
import { scoresOnly } from '../../scores.ts';
import { type SessionListener, TrainSession } from '../../trainSession.ts';
import { VERSION } from '../../version.ts';
import { changeTables, comparedScores } from '../changeTables.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  stringOption,
  usageError,
} from '../command.ts';
import { duration } from '../format.ts';
import { createProgressBar } from '../progressBar.ts';

export const trainCommand: Command = {
  name: 'train',
  summary: 'Train the experiment of a config.',
  usage: 'gatescope train CONFIG [options]\n       gatescope train --resume RUN [options]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE',
      description: 'Change a key for this run, e.g. training.epochs=3. May be repeated.',
    },
    name: { type: 'string', value: 'NAME', description: 'What the run is called in lists; short for --set name=NAME.' },
    seed: { type: 'string', value: 'N', description: 'Short for --set training.seed=N.' },
    resume: {
      type: 'string',
      value: 'RUN',
      description: 'Go on with a run from its last checkpoint, to the same bits as without the interruption.',
    },
    from: { type: 'string', value: 'CHECKPOINT', description: 'Which one to go on from, e.g. epoch-002.' },
    'allow-changes': { type: 'boolean', description: 'Go on with what the config says now, where it has changed.' },
    'as-saved': { type: 'boolean', description: 'Go on with the settings of the run, whatever the config says now.' },
    report: { type: 'string', value: 'FILE', description: 'Also write a standalone HTML report.' },
    json: JSON_OPTION,
  },
  details:
    'The run is saved under .gatescope/runs beside the config. Ctrl-C stops after the current step, evaluates and keeps\n' +
    'the run; a second Ctrl-C cancels. The last line of --json holds run, status, epochs, validation and test.',
  run: train,
};

async function train(context: CommandContext): Promise<number> {
  const { cwd, options, output } = context;
  const reportPath = await reportPathOf(context);
  const isJson = options.json === true;
  const listener = isJson ? jsonListener(context) : terminalListener(context);
  const session = await openSession(context, listener);
  context.onInterrupt((count) => {
    session.act(count === 1 ? 'stop' : 'cancel');
    output.note(count === 1 ? '\nStopping; Ctrl-C again cancels without evaluation.' : '\nCancelling.');
  });
  if (isJson) output.line(JSON.stringify({ type: 'started', run: session.runId, dir: session.runDir }));
  const outcome = await session.run().finally(() => listener.end());
  await sayOutcome(outcome, context);
  if (reportPath !== undefined) {
    await writeReport(outcome.runDir, reportPath);
    output.note(`Report: ${relative(cwd, reportPath)}`);
  }
  return exitCodeOf(outcome);
}

/** A new run of a config, or one that goes on. */
async function openSession(context: CommandContext, listener: SessionListener): Promise<TrainSession> {
  const { positionals, cwd, options } = context;
  const [seed, name] = [integerOption(trainCommand, context, 'seed', 0), stringOption(context, 'name')];
  const overrides = [
    ...((options.set as string[] | undefined) ?? []),
    ...(name === undefined ? [] : [`name=${JSON.stringify(name)}`]),
    ...(seed === undefined ? [] : [`training.seed=${seed}`]),
  ];
  const run = stringOption(context, 'resume');
  if (run !== undefined) {
    if (positionals.length > 0) throw usageError(trainCommand, '--resume takes a run, and no config beside it.');
    const { dir: runDir } = await resolveRun(run, cwd);
    const plan = await planResume({
      runDir,
      from: stringOption(context, 'from'),
      changes: changesOf(options),
      overrides,
    });
    return TrainSession.resume({ ...plan, version: VERSION }, listener);
  }
  for (const name of ['from', 'allow-changes', 'as-saved'])
    if (options[name] !== undefined) throw usageError(trainCommand, `--${name} belongs to --resume.`);
  if (positionals.length !== 1) throw usageError(trainCommand, 'train needs one config.');
  const configPath = resolve(cwd, positionals[0]);
  const experiment = await openExperiment(configPath, { overrides });
  if (name !== undefined) await noteSameName(name, configPath, context);
  return TrainSession.open({ configPath, experiment, overrides, version: VERSION }, listener);
}

/** Names may be equal, but a word that two runs have does not say which one is meant. */
async function noteSameName(name: string, configPath: string, { output }: CommandContext): Promise<void> {
  const same = runsMeant(
    name,
    (await listRuns(runsDirOf(configPath))).map(({ manifest }) => manifest),
  );
  if (same.length === 0) return;
  output.note(`"${name}" already names ${listRunsMeant(same)}: from now on say which run you mean by its id.`);
}

function changesOf(options: CommandContext['options']): ConfigChanges {
  if (options['allow-changes'] && options['as-saved'])
    throw usageError(trainCommand, '--allow-changes and --as-saved are two different things.');
  return options['allow-changes'] ? 'apply' : options['as-saved'] ? 'ignore' : 'refuse';
}

/** A report that cannot be written is found out before training, not after it. */
async function reportPathOf(context: CommandContext): Promise<string | undefined> {
  const report = stringOption(context, 'report');
  if (report === undefined) return undefined;
  const path = resolve(context.cwd, report);
  await access(dirname(path), constants.W_OK);
  return path;
}

type ValidationEvent = Extract<RunEvent, { type: 'validation' }>;
type EpochEvent = Extract<RunEvent, { type: 'epoch' }>;

type EndingListener = SessionListener & {
  /** Leaves the terminal as it was. */
  end(): void;
};

function terminalListener({ output }: CommandContext): EndingListener {
  const bar = createProgressBar(output);
  let ended: EpochEvent | undefined;
  return {
    onProgress: (progress) => bar.update(progress),
    onEvents(_seq, events) {
      for (const event of events) {
        if (event.type === 'epoch') ended = event;
        if (event.type !== 'validation' && event.type !== 'sample') continue;
        bar.clear();
        output.note(event.type === 'sample' ? indented(event.text) : validationLine(event, ended));
      }
    },
    onManifest: () => undefined,
    onLog(level, text) {
      bar.clear();
      output.note(level === 'info' ? text : `${level}: ${text}`);
    },
    end: () => bar.clear(),
  };
}

/** A text that the model wrote, apart from what is said of it. */
const indented = (text: string): string => text.trim().replace(/^/gm, '    ');

/** The training loss is known of epochs that ended; a stop, or `validateEverySteps`, validates within one. */
function validationLine(event: ValidationEvent, ended: EpochEvent | undefined): string {
  const { epoch, step, loss } = event;
  const others = scoreNames(event)
    .filter((name) => name !== 'loss')
    .map((name) => `, ${lowerFirst(SCORE_FACTS[name].title)} ${formatScore(name, event[name])}`);
  const scores = `validation loss ${loss.toFixed(4)}${others.join('')}`;
  if (step === 0) return `Before training: ${scores}`;
  if (ended?.step !== step) return `Epoch ${epoch}, step ${step}: ${scores}`;
  return `Epoch ${epoch}: training loss ${ended.loss.toFixed(4)}, ${scores}`;
}

function jsonListener({ output }: CommandContext): EndingListener {
  return {
    onProgress: () => undefined,
    onEvents(_seq, events) {
      for (const event of events) output.line(JSON.stringify(event));
    },
    onManifest: () => undefined,
    onLog(level, text) {
      if (level !== 'info') output.note(`${level}: ${text}`);
    },
    end: () => undefined,
  };
}

async function sayOutcome({ runId, runDir, status, manifest }: TrainOutcome, context: CommandContext): Promise<void> {
  const { output, cwd, options } = context;
  const evaluation = await readEvaluation(runDir);
  if (options.json) {
    const { epochs, problem } = manifest;
    const validation = evaluation && scoresOnly(evaluation.validation);
    const test = evaluation?.test && scoresOnly(evaluation.test);
    output.line(JSON.stringify({ run: runId, status, epochs: epochs.done, validation, test, problem }));
    return;
  }
  // A failure was said when it came; a divergence lacks what to do next.
  if (status === 'diverged' && manifest.problem)
    output.note(withRemedy(manifest.problem.message, manifest.problem.remedy));
  if (evaluation) {
    for (const change of changeTables(evaluation, manifest)) output.line(`${change}\n`);
    output.line(comparedScores(evaluation, manifest.task));
  }
  output.line(
    `${sentence(status)} in ${duration(secondsUntil(manifest, Date.parse(manifest.endedAt ?? manifest.startedAt)))}. Run: ${relative(cwd, runDir) || '.'}`,
  );
}

const lowerFirst = (text: string): string => text[0].toLowerCase() + text.slice(1);

function sentence(status: string): string {
  return status[0].toUpperCase() + status.slice(1);
}

function exitCodeOf({ status, manifest }: TrainOutcome): number {
  if (status === 'completed') return EXIT.ok;
  if (status === 'stopped' || status === 'cancelled') return EXIT.interrupted;
  return manifest.problem?.code === INTERNAL_PROBLEM ? EXIT.bug : EXIT.userError;
}
