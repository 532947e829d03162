// The form of a config as an editor of its file: undo, save and the mark of unsaved changes are those of the text document.
import * as vscode from 'vscode';
import type { FormContract } from '../../protocol/formContract.ts';
import { serve } from '../../protocol/rpc.ts';
import type { ConfigDiagnostics } from '../config/configDiagnostics.ts';
import { FORM_VIEW_TYPE } from '../manifest/ids.ts';
import { createThrottled } from '../views/coalesce.ts';
import { checkFormParams } from './formParams.ts';
import { FormSession } from './formSession.ts';
import { pageDocument, pageOptions } from './pageDocument.ts';
import { createPageTransport } from './pageTransport.ts';

const CHANGED_INTERVAL_MS = 60;

export interface FormDeps {
  extensionUri: vscode.Uri;
  diagnostics: ConfigDiagnostics;
  log: vscode.LogOutputChannel;
}

export class FormEditor implements vscode.CustomTextEditorProvider {
  readonly #deps: FormDeps;

  constructor(deps: FormDeps) {
    this.#deps = deps;
  }

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(FORM_VIEW_TYPE, this, {
      webviewOptions: { retainContextWhenHidden: false },
    });
  }

  resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    const { extensionUri, diagnostics, log } = this.#deps;
    const session = new FormSession(document, diagnostics);
    const server = serve<FormContract>(createPageTransport(panel), session.handlers, {
      checkParams: checkFormParams,
      onBug: (method, error) => log.error(`form ${method}:`, error instanceof Error ? error : String(error)),
    });
    // A page that is hidden does not exist: it asks for all when it is back.
    const changed = createThrottled(() => {
      if (panel.visible) server.send('changed', session.state());
    }, CHANGED_INTERVAL_MS);
    const isOwn = (uri: vscode.Uri): boolean => uri.toString() === document.uri.toString();
    const subscriptions = [
      changed,
      vscode.workspace.onDidChangeTextDocument(({ document: other, contentChanges }) => {
        if (other !== document) return;
        session.follow(contentChanges);
        changed.request();
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (uris.some(isOwn) && session.takeProblems()) changed.request();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => changed.request()),
    ];
    panel.onDidDispose(() => {
      server.dispose();
      for (const subscription of subscriptions) subscription.dispose();
    });
    panel.webview.options = pageOptions(extensionUri);
    panel.webview.html = pageDocument(panel.webview, {
      page: 'form',
      title: vscode.l10n.t('Gatescope Config Form'),
      extensionUri,
    });
  }
}
