// The fixes that a problem brings along, as quick fixes of the editor.
import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commandTable.ts';
import { type ConfigDiagnostics, rangeOf } from './configDiagnostics.ts';
import type { ConfigProblem, FixAction, ProblemFix } from './configProblem.ts';

export class ConfigQuickFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };
  readonly #diagnostics: ConfigDiagnostics;

  constructor(diagnostics: ConfigDiagnostics) {
    this.#diagnostics = diagnostics;
  }

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return this.#diagnostics
      .problemsOf(document)
      .filter((problem) => rangeOf(document, problem).intersection(range) !== undefined)
      .flatMap((problem) => problem.fixes.map((fix, index) => toAction(document, problem, { fix, index }, context)));
  }
}

function toAction(
  document: vscode.TextDocument,
  problem: ConfigProblem,
  { fix, index }: { fix: ProblemFix; index: number },
  context: vscode.CodeActionContext,
): vscode.CodeAction {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  if (fix.action) action.command = commandOf(document, fix.action, fix.title);
  action.edit = new vscode.WorkspaceEdit();
  for (const edit of fix.edits) action.edit.replace(document.uri, rangeOf(document, edit), edit.text);
  action.isPreferred = index === 0;
  const problemRange = rangeOf(document, problem);
  action.diagnostics = context.diagnostics.filter(
    ({ code, range, source }) => source === 'gatescope' && code === problem.code && range.isEqual(problemRange),
  );
  return action;
}

function commandOf({ uri }: vscode.TextDocument, action: FixAction, title: string): vscode.Command {
  const fileOf = (path: string): vscode.Uri => vscode.Uri.file(resolve(dirname(uri.fsPath), path));
  if (action.kind === 'importDataset') {
    const file = action.path === undefined ? [] : [fileOf(action.path)];
    return { title, command: 'gatescope.dataset.import' satisfies CommandId, arguments: file };
  }
  const at = new vscode.Position(action.line - 1, action.column - 1);
  return { title, command: 'vscode.open', arguments: [fileOf(action.path), { selection: new vscode.Range(at, at) }] };
}
