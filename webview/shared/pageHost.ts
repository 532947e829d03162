// The seam to whatever shows the page: a pipe for messages and a place for the page's own state. Nothing else in webview/ knows of VS Code.
import type { Transport } from '../../extension/protocol/rpc.ts';

export interface PageHost {
  readonly transport: Transport;
  /** What `saveState` got last, also after a reload; undefined at first. Not trusted: parse it. */
  loadState(): unknown;
  saveState(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

/** The page inside a VS Code webview. May be called once a document. */
export function createVsCodeHost(): PageHost {
  if (typeof acquireVsCodeApi !== 'function') throw new Error('This page must be opened by VS Code');
  const api = acquireVsCodeApi();
  return {
    transport: {
      post: (message, transfer) => api.postMessage(message, transfer),
      onMessage(listener) {
        const onMessage = (event: MessageEvent<unknown>): void => listener(event.data);
        window.addEventListener('message', onMessage);
        return { dispose: () => window.removeEventListener('message', onMessage) };
      },
      onClose(listener) {
        const onHide = (): void => listener(new Error('The page was closed'));
        window.addEventListener('pagehide', onHide);
        return { dispose: () => window.removeEventListener('pagehide', onHide) };
      },
    },
    loadState: () => api.getState(),
    saveState: (state) => api.setState(state),
  };
}
