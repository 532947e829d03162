// The work of a session: prepares a run, trains it, saves what is to be kept, and evaluates it. The session around it has the last word on
// status, progress and errors.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../engine/io/safetensors.ts';
import { loadModel } from '../engine/model.ts';
import { measureMovement } from '../engine/params/movement.ts';
import { countParameters } from '../engine/params/parameterPlan.ts';
import { createParams } from '../engine/params/paramStore.ts';
import { createTrainer, type Trainer } from '../engine/train/trainer.ts';
import type { NamedTensor, TrainHooks, TrainResult } from '../engine/types.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { BackendChoice, Evaluation, ParameterMovement, RunManifest, Scores } from '../schema/run.ts';
import { TASK_UNITS } from '../schema/tasks.ts';
import type { StoredCheckpoint } from '../store/checkpoints.ts';
import { configDirOf, type RunFolder, START_FILE, TOKENIZER_FILE } from '../store/runFolder.ts';
import { readEnvironment } from '../store/runStore.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { UserError } from '../util/userError.ts';
import { fromCheckpoint } from './checkpointFiles.ts';
import { describeEnvironment } from './environment.ts';
import { evaluateSplits } from './evaluateSplits.ts';
import { createFileSource } from './fileSource.ts';
import { FrozenWatch } from './frozenWatch.ts';
import { describeGroups } from './groupTable.ts';
import { type PreparedRun, prepareRun } from './prepareRun.ts';
import { RunCheckpoints } from './runCheckpoints.ts';
import type { RunControl } from './runControl.ts';
import { scoresOnly } from './scores.ts';
import { scoresAtStart } from './scoresAtStart.ts';
import { measureDrift } from './trace/gateDrift.ts';
import { ProbeRecorder } from './trace/probeRecorder.ts';

/** What a run is made in. */
export interface RunSite {
  experiment: ResolvedExperiment;
  folder: RunFolder;
  control: RunControl;
  backend: BackendChoice;
  version: string;
  /** Where the run goes on from; undefined for a new one. */
  checkpoint?: StoredCheckpoint;
  message(level: 'info' | 'warning', text: string): void;
  onReading(fraction: number): void;
  /** Reading is over: so many steps lie ahead, of which some are done. */
  onReady(stepsPerEpoch: number): void;
  onTesting(): void;
  onEvent: TrainHooks['onEvent'];
  /** What was told is on disk afterwards. */
  flush(): Promise<void>;
  update(changes: Parameters<RunFolder['update']>[0]): Promise<void>;
}

/** What run.json says of the end. Throws UserError and CancelledError. */
export async function trainRun(site: RunSite): Promise<Partial<RunManifest>> {
  const { experiment, folder, checkpoint } = site;
  const prepared = await prepare(site);
  // Before the weights are looked at: that they do not fit other labels would be the lesser half of the news.
  if (checkpoint) await requireSameData(site, prepared);
  const trainer = createTrainer(prepared.options, checkpoint && (await fromCheckpoint(checkpoint)));
  await settleStart(site, prepared, trainer);
  site.onReady(trainer.plan.stepsPerEpoch);
  const checkpoints = new RunCheckpoints(folder, trainer, experiment.training);
  const watch = new FrozenWatch(() => trainer.model.params.view());
  const save = async (): Promise<void> => {
    await site.flush();
    await checkpoints.save();
  };
  const probes = openProbes(site, prepared);
  if (!checkpoint) await probes.record(trainer.model, 0);
  const result = await trainer.run(site.control, {
    onEvent: site.onEvent,
    async onBest(best, weights) {
      await site.flush();
      await writeModel(folder, weights);
      await site.update({ best });
    },
    async onEpoch(done) {
      // First, so that a run that goes on from the epoch's checkpoint has the epoch's probes.
      await probes.record(trainer.model, done);
      await save();
      await site.update({ epochs: { done, planned: experiment.training.epochs } });
    },
    onPhase: (_epoch, applied) => settlePhase(site, trainer, watch, applied),
    onSave: save,
  });
  await site.flush();
  watch.check(result.weights);
  return finish(site, { prepared, result, watch });
}

function openProbes({ experiment, folder, control, message }: RunSite, { data }: PreparedRun): ProbeRecorder {
  return new ProbeRecorder({
    ...data,
    runDir: folder.dir,
    experiment,
    warn: (text) => message('warning', text),
    betweenProbes: () => control.betweenSteps(),
  });
}

async function prepare(site: RunSite): Promise<PreparedRun> {
  const { experiment, folder, control, checkpoint } = site;
  site.onReading(0);
  const tokenizer = checkpoint && loadTokenizer(await readFile(join(folder.dir, TOKENIZER_FILE), 'utf8'));
  return prepareRun(experiment, configDirOf(folder.dir), {
    files: createFileSource(),
    signal: control.signal,
    onProgress: (fraction) => site.onReading(fraction),
    onLog: (level, text) => site.message(level, text),
    tokenizer,
  });
}

/** Writes what the run is made of. One that goes on changes from here on: nothing can refuse any more. */
async function settleStart(site: RunSite, prepared: PreparedRun, trainer: Trainer): Promise<void> {
  const { folder, checkpoint, experiment } = site;
  const { start, vectorsHash } = prepared;
  if (checkpoint) {
    await folder.takeUp(checkpoint, experiment);
    site.message('info', `Goes on from ${checkpoint.name}, step ${checkpoint.state.step}.`);
    return;
  }
  await writeFacts(site, prepared);
  const weights = trainer.model.params.view();
  if (start || vectorsHash) await folder.writeStart(encodeSafetensors(weights, { format: 'pt' }));
  if (start) await site.update({ startedFrom: start.from });
}

/** The weights that a run started from: saved where they came from elsewhere, a function of the seed otherwise. */
async function startOf({ folder, experiment }: RunSite, { options }: PreparedRun): Promise<NamedTensor[]> {
  const saved = await readFile(join(folder.dir, START_FILE)).catch(() => undefined);
  return saved ? decodeSafetensors(saved).tensors : createParams(options, experiment.training.seed).save();
}

async function writeFacts(site: RunSite, { data, options, start, vectorsHash }: PreparedRun): Promise<void> {
  const { experiment, folder, backend, version } = site;
  const tokenizer = data.tokenizer.toJson();
  const parameters = countParameters(options).total;
  const hashes = { start: start?.hash, vectors: vectorsHash };
  const facts = { experiment, backend, version, data, tokenizer, parameters, hashes };
  await folder.writeTokenizer(tokenizer);
  await folder.writeEnvironment(describeEnvironment(facts));
  await site.update({ labels: data.labels });
  const { train, validation, test, labels } = data;
  const unit = TASK_UNITS[experiment.task];
  const counts = `${train.count} training, ${validation.count} validation${test ? ` and ${test.count} test` : ''} ${unit}`;
  const classes = labels.length > 0 ? `${labels.length} labels, ` : '';
  const { vocabularySize } = data.tokenizer;
  site.message('info', `${counts}, ${classes}${vocabularySize} vocabulary entries, ${parameters} parameters.`);
}

/** Throws UserError `resume.dataChanged`: another order of other examples would be another run. */
async function requireSameData({ folder, backend, message }: RunSite, { data }: PreparedRun): Promise<void> {
  const before = await readEnvironment(folder.dir);
  const changed = (['train', 'validation', 'test'] as const).filter(
    (part) => before?.hashes[part] !== data.hashes[part] && (before?.hashes[part] ?? data.hashes[part]) !== undefined,
  );
  if (changed.length > 0) {
    throw new UserError({
      code: 'resume.dataChanged',
      message: `The ${changed.join(' and ')} data is no longer what the run was trained on.`,
      remedy: 'Put the files back, or start a new run; with fineTune.from it begins with these weights.',
    });
  }
  if (before && (before.backend.used !== backend.used || before.backend.instructions !== backend.instructions)) {
    const { used } = before.backend;
    message(
      'info',
      `It was computed by ${used} before, and is by ${backend.used} now (docs/engine.md says where bits are the same).`,
    );
  }
}

/** The table of groups, and the hashes of what is frozen from here on. */
async function settlePhase(site: RunSite, trainer: Trainer, watch: FrozenWatch, applied: number): Promise<void> {
  const { params } = trainer.model;
  const { plan } = trainer;
  const phases = Array.from({ length: applied + 1 }, (_, phase) => plan.frozen(phase));
  const always = [...phases[0]].filter((name) => phases.every((frozen) => frozen.has(name)));
  watch.change(phases[applied], new Set(always));
  const groups = trainer.plan.groups(applied);
  const before = new Map(site.folder.manifest.groups?.map(({ name, trainable }) => [name, trainable]));
  const changed = groups.filter(({ name, trainable }) => before.get(name) !== trainable);
  const frozen = watch.summary(params.view());
  await site.update({ groups, frozen: frozen && { parameters: frozen.parameters, before: frozen.sha256 } });
  if (site.experiment.fineTune) for (const line of describeGroups(changed)) site.message('info', line);
}

interface Ended {
  prepared: PreparedRun;
  result: TrainResult;
  watch: FrozenWatch;
}

/** Keeps the final weights and evaluates them, unless the run was cancelled. */
async function finish(site: RunSite, { prepared, result, watch }: Ended): Promise<Partial<RunManifest>> {
  const { manifest } = site.folder;
  const frozen = watch.summary(result.weights);
  const end: Partial<RunManifest> = {
    status: result.status,
    epochs: { done: result.epochsDone, planned: manifest.epochs.planned },
    best: result.best,
    frozen: frozen && manifest.frozen && { ...manifest.frozen, parameters: frozen.parameters, after: frozen.sha256 },
  };
  if (result.status === 'cancelled') return end;
  if (!result.best) await writeModel(site.folder, result.weights);
  const { parameters } = loadModel(prepared.options, result.weights).params;
  const groupOf = new Map(parameters.map(({ name, group }) => [name, group]));
  const start = await startOf(site, prepared);
  const movement = measureMovement(start, result.weights, (name) => groupOf.get(name) ?? '');
  const scores = await evaluate(site, { prepared, result }, { start, movement });
  return { ...end, ...(result.status === 'diverged' ? divergence(result) : {}), ...scores };
}

async function evaluate(
  site: RunSite,
  { prepared, result }: Omit<Ended, 'watch'>,
  { start, movement }: { start: NamedTensor[]; movement: ParameterMovement[] },
): Promise<{ test?: Scores }> {
  const { experiment, folder, control } = site;
  const { data, options } = prepared;
  site.onTesting();
  const evaluating = {
    experiment,
    configDir: configDirOf(folder.dir),
    signal: control.signal,
    betweenBatches: () => control.betweenSteps(),
  };
  const splits = await evaluateSplits(loadModel(options, result.weights), data, evaluating);
  const { startedFrom } = folder.manifest;
  const before = startedFrom && (await scoresAtStart(prepared, start, { ...evaluating, from: startedFrom }));
  const drift = await measureDrift(folder.dir);
  const evaluation: Evaluation = {
    schemaVersion: 1,
    labels: data.labels,
    epoch: result.best?.epoch ?? result.epochsDone,
    ...splits,
    movement,
    ...(before && { start: before }),
    ...(drift && { drift }),
  };
  await folder.writeEvaluation(evaluation);
  return { test: splits.test && scoresOnly(splits.test) };
}

async function writeModel(folder: RunFolder, weights: readonly NamedTensor[]): Promise<void> {
  await folder.writeModel(encodeSafetensors(weights, { format: 'pt' }));
}

function divergence({ divergedAtStep, best }: TrainResult): Pick<RunManifest, 'problem'> {
  const kept = best ? `the weights of epoch ${best.epoch} are kept` : 'the last good weights are kept';
  return {
    problem: {
      code: 'training.diverged',
      message: `The loss or its gradient was not finite at step ${divergedAtStep}; ${kept}.`,
      remedy: 'Lower training.optimizer.learningRate, or set training.clip.',
    },
  };
}
