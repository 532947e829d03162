// The other end of a panel: what the document of a page would do with its messages.
import type { WorkspaceCatalog } from '../../../extension/host/views/workspaceCatalog.ts';
import { type Client, type Contract, connect } from '../../../extension/protocol/rpc.ts';
import { Emitter } from '../../../extension/util/emitter.ts';
import type { FakePanel } from './fakeVscode.ts';
import { until } from './support.ts';

export interface FakePage<C extends Contract> {
  client: Client<C>;
  /** Hands over what the host posted since. */
  refresh(): void;
}

export function openPage<C extends Contract>(panel: FakePanel): FakePage<C> {
  const toPage = new Emitter<unknown>();
  const client = connect<C>({
    post: (message) => panel.receive(structuredClone(message)),
    onMessage: (listener) => toPage.on(listener),
    onClose: () => ({ dispose: () => undefined }),
  });
  return {
    client,
    refresh() {
      for (const message of panel.posted.splice(0)) toPage.fire(message);
    },
  };
}

/** The answer to a call of the page. */
export async function call<T>(page: Pick<FakePage<Contract>, 'refresh'>, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  promise.then(settled, settled);
  await until(() => {
    page.refresh();
    return isSettled;
  });
  return promise;
}

/** Names of the events that were posted and not handed over yet. */
export const eventNames = (panel: FakePanel): unknown[] =>
  panel.posted
    .filter((message) => (message as { kind: string }).kind === 'event')
    .map((message) => (message as { event: string }).event);

/** What a panel asks of the catalog. */
export function fakeCatalog(runs: WorkspaceCatalog['runs']): { catalog: WorkspaceCatalog; changed: Emitter<void> } {
  const changed = new Emitter<void>();
  const catalog = {
    runs,
    onChange: (listener: () => void) => changed.on(listener),
    onProgress: () => ({ dispose: () => undefined }),
    summaries: () => runs.summaries(0),
    refresh: async () => undefined,
  } as unknown as WorkspaceCatalog;
  return { catalog, changed };
}
