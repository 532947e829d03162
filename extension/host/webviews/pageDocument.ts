// What every page of ours is given: its document, and the only folder that it may read from.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { type PageName, pageHtml } from './pageHtml.ts';

const webviewFolder = (extensionUri: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

export function pageOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [webviewFolder(extensionUri)] };
}

/** A fresh document, with a nonce of its own. */
export function pageDocument(
  webview: vscode.Webview,
  { page, title, extensionUri }: { page: PageName; title: string; extensionUri: vscode.Uri },
): string {
  const folder = webviewFolder(extensionUri);
  return pageHtml({
    page,
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('hex'),
    uri: (file) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString(),
    title,
    language: vscode.env.language,
  });
}
