// The engine worker: offers EngineContract to the extension host over the thread's port.
import { open as openInspector } from 'node:inspector';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { loadExperiment } from '../config/loadExperiment.ts';
import type { EngineContract } from '../protocol/engineContract.ts';
import { toMetricFrame } from '../protocol/metricFrame.ts';
import { type Handlers, type Server, serve } from '../protocol/rpc.ts';
import { UserError } from '../util/userError.ts';
import { checkData } from './checkData.ts';
import { evaluateAgain, evaluateOnFile } from './evaluateRun.ts';
import { createFileSource } from './fileSource.ts';
import { generateWith } from './generateText.ts';
import { openExperiment } from './openExperiment.ts';
import { planRun } from './planRun.ts';
import { previewData } from './previewData.ts';
import { predictWith, RunModelCache } from './runModel.ts';
import { createPortTransport } from './threadTransport.ts';
import { TrainSession } from './trainSession.ts';
import { VERSION } from './version.ts';

if (!parentPort) throw new Error('This file runs as a worker thread');

// For debugging this thread by itself: "Attach engine worker" in .vscode/launch.json.
const inspectPort = process.env.GATESCOPE_INSPECT_WORKER;
if (inspectPort) openInspector(Number(inspectPort), '127.0.0.1');

const sessions = new Map<string, TrainSession>();
const models = new RunModelCache();

const handlers: Handlers<EngineContract> = {
  async train({ configPath, engine }, { signal }) {
    const experiment = await openExperiment(configPath, { engine });
    const session = await TrainSession.open(
      { configPath, experiment, version: VERSION },
      {
        onProgress: (progress) => server.send('progress', progress),
        onEvents: (seq, events) => server.send('append', toMetricFrame(session.runId, seq, events)),
        onManifest: (manifest) => server.send('manifest', { runDir: session.runDir, manifest }),
        onLog: (level, text) => server.send('log', { level, text: `${session.runId}: ${text}` }),
      },
    );
    const { runId, runDir } = session;
    sessions.set(runId, session);
    signal.addEventListener('abort', () => session.act('cancel'));
    if (signal.aborted) session.act('cancel');
    server.send('started', { runId, runDir, configPath });
    try {
      return await session.run();
    } finally {
      sessions.delete(runId);
    }
  },
  control({ runId, action }) {
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
  checkData: ({ configPath, text }, { signal }) =>
    checkData(loadExperiment(text, configPath), dirname(configPath), readingOptions(signal)),
  preview: ({ configPath, text, part, maxRows }, { signal }) =>
    previewData(loadExperiment(text, configPath), dirname(configPath), { part, maxRows }, readingOptions(signal)),
  plan: ({ configPath, text }, { signal }) =>
    planRun(loadExperiment(text, configPath), dirname(configPath), readingOptions(signal)),
};

const server: Server<EngineContract> = serve<EngineContract>(createPortTransport(parentPort), handlers, {
  onBug: (method, error) =>
    server.send('log', {
      level: 'error',
      text: `${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    }),
});

function onLog(level: 'info' | 'warning', text: string): void {
  server.send('log', { level, text });
}

function readingOptions(signal: AbortSignal) {
  return { files: createFileSource(), signal, onProgress: () => undefined, onLog };
}
