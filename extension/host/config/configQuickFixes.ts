// The fixes that a problem brings along, as quick fixes of the editor.
import * as vscode from 'vscode';
import { type ConfigDiagnostics, rangeOf } from './configDiagnostics.ts';
import type { ConfigProblem, ProblemFix } from './configProblem.ts';
import { commandOf } from './fixCommand.ts';

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
