// The engine worker: offers EngineContract to the extension host over the thread's port; started as a process, to the worker that did.
import { open as openInspector } from 'node:inspector';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { columnsOf } from '../data/import/columnsOf.ts';
import type { EngineContract } from '../protocol/engineContract.ts';
import { toMetricFrame } from '../protocol/metricFrame.ts';
import { type Handlers, type Server, serve } from '../protocol/rpc.ts';
import { UserError } from '../util/userError.ts';
import { withEstimate } from './advise/adviseOn.ts';
import { checkData } from './checkData.ts';
import { fixedDataset, proposeWithReport } from './datasetService.ts';
import { DatasetTables } from './datasetTables.ts';
import { withDiskErrors } from './diskError.ts';
import { engineInfo } from './engineInfo.ts';
import { DataFactsCache } from './estimate/dataFacts.ts';
import { estimateRun } from './estimate/estimateRun.ts';
import { type MeasuringOptions, machineRates } from './estimate/machineRates.ts';
import { evaluateAgain, evaluateOnFile } from './evaluateRun.ts';
import { exportRun } from './exportRun.ts';
import { createFileSource } from './fileSource.ts';
import { findRate } from './findRate.ts';
import { generateWith } from './generateText.ts';
import { writeManifest } from './importDataset.ts';
import { planRunImport, previewImport, writeRunImport } from './importRun.ts';
import { reserveCores } from './kernels/cores.ts';
import { limitMatches } from './matchLimit.ts';
import { writeExperiment } from './newExperiment.ts';
import { openExperiment, openExperimentText } from './openExperiment.ts';
import { planRun } from './planRun.ts';
import { previewData } from './previewData.ts';
import { yieldToOthers } from './priority.ts';
import { createParentTransport } from './processTransport.ts';
import { planResume } from './resumeRun.ts';
import { predictWith, RunModelCache } from './runModel.ts';
import { installTensorflow } from './tensorflow/installTensorflow.ts';
import { packagesFolder, tensorflowFolder } from './tensorflow/tensorflowFolder.ts';
import { controlInProcess, trainInProcess } from './tensorflow/trainInProcess.ts';
import { createPortTransport } from './threadTransport.ts';
import { createTraceHandlers } from './trace/traceHandlers.ts';
import { type SessionListener, TrainSession } from './trainSession.ts';
import { trainTokenizer } from './trainTokenizer.ts';
import { VERSION } from './version.ts';

const transport = parentPort ? createPortTransport(parentPort) : createParentTransport();
if (!transport) throw new Error('This file runs as a worker thread, or as the child of one');

// The editor lives on the same cores: one is left to it, and it goes first on all.
reserveCores(1);
if (parentPort) yieldToOthers();
limitMatches();

// For debugging this thread by itself: "Attach engine worker" in .vscode/launch.json.
const inspectPort = process.env.GATESCOPE_INSPECT_WORKER;
if (inspectPort && parentPort) openInspector(Number(inspectPort), '127.0.0.1');

const sessions = new Map<string, TrainSession>();
const models = new RunModelCache();
const tables = new DatasetTables(createFileSource(), {
  counting: (path, state) => server.send('counting', { path, state }),
  filtering: (path, progress) => server.send('filtering', { path, ...progress }),
});
const facts = new DataFactsCache();

const handlers: Handlers<EngineContract> = {
  async train(request, { signal }) {
    const { configPath, engine, resume } = request;
    const plan = resume && (await planResume({ ...resume, engine }));
    const experiment = plan?.experiment ?? (await openExperiment(configPath, { engine }));
    if (experiment.engine.backend === 'tensorflow' && parentPort) {
      return trainInProcess(__filename, request, { signal, server });
    }
    const listener: SessionListener = {
      onProgress: (progress) => server.send('progress', progress),
      onEvents: (seq, events) => server.send('append', toMetricFrame(session.runId, seq, events)),
      onManifest: (manifest) => server.send('manifest', { runDir: session.runDir, manifest }),
      onLog: (level, text) => server.send('log', { level, text: `${session.runId}: ${text}` }),
    };
    const session: TrainSession = plan
      ? await TrainSession.resume({ ...plan, version: VERSION }, listener)
      : await TrainSession.open({ configPath, experiment, version: VERSION }, listener);
    const { runId, runDir, backend } = session;
    sessions.set(runId, session);
    signal.addEventListener('abort', () => session.act('cancel'));
    if (signal.aborted) session.act('cancel');
    server.send('started', { runId, runDir, configPath, backend });
    try {
      return await session.run();
    } finally {
      sessions.delete(runId);
    }
  },
  control({ runId, action }) {
    const elsewhere = controlInProcess(runId, action);
    if (elsewhere) return elsewhere;
    const session = sessions.get(runId);
    if (!session) throw new UserError({ code: 'training.notHere', message: `${runId} is not training any more.` });
    session.act(action);
  },
  async predict({ runDir, texts }, { signal }) {
    return predictWith(await models.get(runDir), texts, signal);
  },
  async generate({ runDir, settings }, { signal }) {
    let text = '';
    for await (const piece of generateWith(await models.get(runDir), settings, signal)) text += piece;
    return text;
  },
  evaluate: ({ runDir, dataPath }, { signal }) =>
    dataPath === undefined
      ? evaluateAgain(runDir, { signal, onLog })
      : evaluateOnFile(runDir, dataPath, { signal, onLog }),
  checkData: async ({ configPath, text }, { signal }) =>
    checkData(await openExperimentText(text, configPath), dirname(configPath), readingOptions(signal)),
  preview: async ({ configPath, text, part, maxRows }, { signal }) =>
    previewData(
      await openExperimentText(text, configPath),
      dirname(configPath),
      { part, maxRows },
      readingOptions(signal),
    ),
  columns: (request) => columnsOf(request, createFileSource()),
  proposeDataset: (wishes, { signal }) => proposeWithReport(wishes, lookingOptions(signal)),
  writeDataset: ({ path, manifest, mayReplace }) =>
    writeManifest({ path, manifest, folder: dirname(path) }, mayReplace),
  describeDataset: ({ path }, { signal }) => tables.describe(path, lookingOptions(signal)),
  adviseOnDataset: async ({ path, engine }, { signal }) =>
    withEstimate(await tables.advise(path, readingOptions(signal)), await machineRates(engine, measuring())),
  fixDataset: ({ path, remedies }, { signal }) => fixedDataset(path, remedies, lookingOptions(signal)),
  openTable: ({ path }) => tables.open(path),
  tableRows: (request) => tables.rows(request),
  tableRow: ({ path, row }) => tables.row(path, row),
  previewTokens: ({ path, text, config }, { signal }) =>
    tables.previewTokens({ path, text, config }, lookingOptions(signal)),
  previewSplits: ({ path, splits }, { signal }) => tables.previewSplits(path, splits, signal),
  filterRows: ({ path, filter }, { signal }) => tables.filter(path, filter, signal),
  trainTokenizer: ({ path, ...wish }, { signal }) =>
    withDiskErrors(async () => {
      const request = { source: path, folder: dirname(path), ...wish };
      const { tokenizer, texts } = await trainTokenizer(request, lookingOptions(signal));
      return { vocabulary: tokenizer.vocabularySize, texts };
    }),
  newExperiment: ({ manifestPath, out }, { signal }) => writeExperiment(manifestPath, out, lookingOptions(signal)),
  plan: async ({ configPath, text }, { signal }) =>
    planRun(await openExperimentText(text, configPath), dirname(configPath), readingOptions(signal)),
  async estimate({ configPath, text, engine }, { signal }) {
    const experiment = await openExperimentText(text, configPath, engine);
    const known = await facts.of(experiment, dirname(configPath), readingOptions(signal));
    return estimateRun(experiment, known, await machineRates(experiment.engine, measuring()));
  },
  ...createTraceHandlers(models, (progress) => server.send('matching', progress)),
  findRate: async ({ configPath, text }, { signal }) =>
    findRate(await openExperimentText(text, configPath), dirname(configPath), readingOptions(signal)),
  planImport: (request, { signal }) => withDiskErrors(async () => previewImport(await planRunImport(request, signal))),
  importWeights: ({ request, target }, { signal }) =>
    withDiskErrors(async () => ({
      runDir: await writeRunImport(await planRunImport(request, signal), target, signal),
    })),
  exportRun: ({ runDir, format, folder }) => withDiskErrors(() => exportRun(runDir, format, folder)),
  engineInfo: (settings) => engineInfo(settings, VERSION),
  async installTensorflow(_params, { signal }) {
    const onProgress = (text: string): void => server.send('installing', { text });
    const isNew = await installTensorflow({
      folder: tensorflowFolder(),
      packages: packagesFolder(),
      signal,
      onProgress,
    });
    return { isNew };
  },
};

const server: Server<EngineContract> = serve<EngineContract>(transport, handlers, {
  onBug: (method, error) =>
    server.send('log', {
      level: 'error',
      text: `${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    }),
});

function measuring(): MeasuringOptions {
  return { version: VERSION, isBusy: () => sessions.size > 0 };
}

function onLog(level: 'info' | 'warning', text: string): void {
  server.send('log', { level, text });
}

function readingOptions(signal: AbortSignal) {
  return { files: createFileSource(), signal, onProgress: () => undefined, onLog };
}

/** The same with progress, for what takes a while. */
function lookingOptions(signal: AbortSignal) {
  let toldAtMs = 0;
  return {
    ...readingOptions(signal),
    onProgress(fraction: number) {
      const nowMs = performance.now();
      if (nowMs - toldAtMs < 100) return;
      toldAtMs = nowMs;
      server.send('looking', { fraction });
    },
  };
}
