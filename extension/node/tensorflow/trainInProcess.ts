// Training on TensorFlow in a process of its own: a fault in its library ends that process, not the editor's extension host.
import type { EngineContract, RunAction, TrainOutcome, TrainRequest } from '../../protocol/engineContract.ts';
import { type Client, connect, type EventOf, type Server } from '../../protocol/rpc.ts';
import { UserError } from '../../util/userError.ts';
import { startChild } from '../processTransport.ts';

const FORWARDED = ['started', 'append', 'progress', 'manifest', 'log'] as const satisfies EventOf<EngineContract>[];

/** Runs that train in another process, by id. */
const clients = new Map<string, Client<EngineContract>>();

/** Starts the worker at `workerPath` once more, as a process, and trains there; what it tells goes to `server`. Throws UserError `engine.died`. */
export async function trainInProcess(
  workerPath: string,
  request: TrainRequest,
  { signal, server }: { signal: AbortSignal; server: Server<EngineContract> },
): Promise<TrainOutcome> {
  const child = startChild(workerPath);
  const client = connect<EngineContract>(child);
  let diedOf: Error | undefined;
  let id: string | undefined;
  child.onClose((reason) => {
    diedOf ??= reason;
  });
  for (const event of FORWARDED) client.on(event, (payload) => server.send(event, payload as never));
  client.on('started', ({ runId }) => {
    id = runId;
    clients.set(runId, client);
  });
  try {
    return await client.call('train', request, { signal });
  } catch (error) {
    throw diedOf ? died(diedOf) : error;
  } finally {
    if (id !== undefined) clients.delete(id);
    client.dispose();
    child.terminate();
  }
}

/** Asks the process of a run to act on it; undefined where no other process trains it. */
export function controlInProcess(runId: string, action: RunAction): Promise<void> | undefined {
  return clients.get(runId)?.call('control', { runId, action });
}

function died(reason: Error): UserError {
  return new UserError({
    code: 'engine.died',
    message: `TensorFlow stopped unexpectedly: ${reason.message}.`,
    remedy: 'The log may say more. Set engine.backend to "auto" to train without it.',
    cause: reason,
  });
}
