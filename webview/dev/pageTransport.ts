// Puts `acquireVsCodeApi` into a plain browser and gives the host's end of the pipe. Values are cloned both ways, as VS Code does.
import type { Transport } from '../../extension/protocol/rpc.ts';

declare global {
  interface Window {
    acquireVsCodeApi(): unknown;
  }
}

/** `stateKey`: where the page's state is kept over a reload. May be called once a document. */
export function installVsCode(stateKey: string): Transport {
  const toHost: ((message: unknown) => void)[] = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => {
      for (const listener of toHost) listener(structuredClone(message));
    },
    getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') as unknown,
    setState: (value: unknown) => sessionStorage.setItem(stateKey, JSON.stringify(value)),
  });
  return {
    post: (message) => setTimeout(() => window.postMessage(structuredClone(message), '*')),
    onMessage(listener) {
      toHost.push(listener);
      return { dispose: () => undefined };
    },
    onClose: () => ({ dispose: () => undefined }),
  };
}
