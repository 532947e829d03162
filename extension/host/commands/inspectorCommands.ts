// Inspect Gates: of a run, of a text, of what is selected in an editor.
import * as vscode from 'vscode';
import { UserError } from '../../util/userError.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { Inspector } from '../webviews/inspector.ts';
import type { CommandApi, InspectArguments } from './commandApi.ts';
import { requireRun, requireWeights } from './runActions.ts';
import { hasWeights, noRun, runFor, selectedText } from './targets.ts';

type InspectorCommand = Extract<keyof CommandApi, `gatescope.inspector.${string}`>;

/** A page of text, and more than any picture can show. */
const MAX_SELECTED = 20_000;

export interface InspectorCommandDeps {
  catalog: WorkspaceCatalog;
  inspector: Pick<Inspector, 'open'>;
}

export function createInspectorCommands(deps: InspectorCommandDeps): Pick<CommandApi, InspectorCommand> {
  const { catalog, inspector } = deps;
  return {
    async 'gatescope.inspector.open'(target) {
      const focus = isInspectArguments(target)
        ? target
        : { runId: (await runFor(target, catalog, hasWeights)).manifest.id };
      if (catalog.runs.size === 0) await catalog.refresh();
      if (focus.runId !== undefined) requireWeights(requireRun(focus.runId, catalog));
      inspector.open(focus);
      return focus.runId;
    },
    async 'gatescope.inspector.inspectSelection'() {
      requireTrust(vscode.l10n.t('Tracing texts'));
      const text = requireSelection();
      if (catalog.runs.size === 0) await catalog.refresh();
      if (!catalog.runs.all().some(hasWeights)) throw noRun();
      inspector.open({ text });
      return text;
    },
  };
}

function isInspectArguments(value: unknown): value is InspectArguments {
  if (typeof value !== 'object' || value === null || 'kind' in value) return false;
  return ('runId' in value && typeof value.runId === 'string') || ('text' in value && typeof value.text === 'string');
}

function requireSelection(): string {
  const text = selectedText()?.trim();
  if (!text) {
    throw new UserError({
      code: 'inspector.noSelection',
      message: vscode.l10n.t('No text is selected.'),
      remedy: vscode.l10n.t('Select a sentence in an editor, or type one in the inspector.'),
    });
  }
  if (text.length <= MAX_SELECTED) return text;
  throw new UserError({
    code: 'inspector.longSelection',
    message: vscode.l10n.t('{0} characters are selected; {1} can be inspected at once.', text.length, MAX_SELECTED),
    remedy: vscode.l10n.t('Select less.'),
  });
}
