// Install TensorFlow Engine: the worker downloads it into the extension's storage; a notification shows how far it is and can cancel.
// It reads nothing of the workspace, so that it needs no trust in it.
import * as vscode from 'vscode';
import type { Engine } from '../training/engine.ts';
import type { CommandApi } from './commandApi.ts';

export function createInstallTensorflowCommand(
  engine: Pick<Engine, 'call' | 'on'>,
): Pick<CommandApi, 'gatescope.engine.installTensorflow'> {
  return {
    async 'gatescope.engine.installTensorflow'() {
      const { isNew } = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: vscode.l10n.t('Installing the TensorFlow engine'),
          cancellable: true,
        },
        async (progress, token) => {
          const controller = new AbortController();
          token.onCancellationRequested(() => controller.abort());
          const subscription = engine.on('installing', ({ text }) => progress.report({ message: text }));
          try {
            return await engine.call('installTensorflow', {}, { signal: controller.signal });
          } finally {
            subscription.dispose();
          }
        },
      );
      void vscode.window.showInformationMessage(
        isNew
          ? vscode.l10n.t('The TensorFlow engine is installed. Set engine.backend to "tensorflow" to train with it.')
          : vscode.l10n.t('The TensorFlow engine was installed already.'),
      );
      return isNew;
    },
  };
}
