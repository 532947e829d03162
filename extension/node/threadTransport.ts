// rpc transport over a worker thread's port, seen from inside the worker.
import type { MessagePort } from 'node:worker_threads';
import type { Transport } from '../protocol/rpc.ts';

export function createPortTransport(port: MessagePort): Transport {
  return {
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage(listener) {
      port.on('message', listener);
      return { dispose: () => void port.off('message', listener) };
    },
    onClose(listener) {
      const onClose = (): void => listener(new Error('The extension host closed the engine'));
      port.on('close', onClose);
      return { dispose: () => void port.off('close', onClose) };
    },
  };
}
