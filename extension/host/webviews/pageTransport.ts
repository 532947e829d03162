// rpc transport over a webview's message channel.
import type * as vscode from 'vscode';
import type { Transport } from '../../protocol/rpc.ts';

export function createPageTransport(panel: vscode.WebviewPanel): Transport {
  return {
    post: (message) => void panel.webview.postMessage(message),
    onMessage: (listener) => panel.webview.onDidReceiveMessage(listener),
    onClose: (listener) => panel.onDidDispose(() => listener(new Error('The page was closed'))),
  };
}
