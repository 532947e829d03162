// Generate Text: a language model goes on from the selection or a typed prompt; the text opens as a new document.
import * as vscode from 'vscode';
import { GENERATE_DEFAULTS } from '../../protocol/engineContract.ts';
import { CancelledError } from '../../util/userError.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { ListedRun } from '../views/runList.ts';
import type { CommandApi, GenerateArguments } from './commandApi.ts';
import { generate, type RunActionDeps, requireRun } from './runActions.ts';
import { canWrite, runFor, selectedText } from './targets.ts';

export function createGenerateCommand(deps: RunActionDeps): Pick<CommandApi, 'gatescope.run.generate'> {
  return {
    async 'gatescope.run.generate'(target) {
      requireTrust(vscode.l10n.t('Text generation'));
      const given = isGenerateArguments(target) ? target : undefined;
      const run = await chooseRun(given ? given.runId : target, deps);
      const prompt = given?.prompt ?? selectedText() ?? (await typedPrompt(run));
      const { runId: _, ...settings } = { ...GENERATE_DEFAULTS, ...given, prompt };
      const text = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: vscode.l10n.t('{0} is writing', run.manifest.name),
          cancellable: true,
        },
        (_progress, token) => {
          const controller = new AbortController();
          token.onCancellationRequested(() => controller.abort());
          return generate(run, settings, deps.engine, controller.signal);
        },
      );
      const document = await vscode.workspace.openTextDocument({ content: prompt + text, language: 'plaintext' });
      await vscode.window.showTextDocument(document, { preview: true });
      return text;
    },
  };
}

function isGenerateArguments(value: unknown): value is GenerateArguments {
  return typeof value === 'object' && value !== null && 'prompt' in value && typeof value.prompt === 'string';
}

async function chooseRun(target: unknown, { catalog }: RunActionDeps): Promise<ListedRun> {
  if (catalog.runs.size === 0) await catalog.refresh();
  if (typeof target === 'string' && !target.endsWith('.gatescope.json')) return requireRun(target, catalog);
  return runFor(target, catalog, canWrite);
}

/** May be empty. */
async function typedPrompt({ manifest }: ListedRun): Promise<string> {
  const prompt = await vscode.window.showInputBox({
    title: vscode.l10n.t('Generate Text with {0}', manifest.name),
    prompt: vscode.l10n.t('A text to go on from; empty begins a new line'),
    ignoreFocusOut: true,
  });
  if (prompt === undefined) throw new CancelledError();
  return prompt;
}
