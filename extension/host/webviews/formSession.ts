// One form of one document: what its page is told, and what it may ask for.
// Invariant: the text is the truth. A change of the page is an edit of the document, one after the other, each one step of undo;
// what the page shows comes back from the text.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { changeForm } from '../../config/changeForm.ts';
import { brokenBy, configForm, spanAt } from '../../config/configForm.ts';
import type { ConfigProblem, TextEdit } from '../../config/problem.ts';
import { validateConfig } from '../../config/validateConfig.ts';
import type { FormContract, FormField, FormPath, FormState } from '../../protocol/formContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import { UserError } from '../../util/userError.ts';
import { type ConfigDiagnostics, rangeOf } from '../config/configDiagnostics.ts';
import { commandOf } from '../config/fixCommand.ts';
import { whyUntrusted } from '../training/trainCommand.ts';

export class FormSession {
  readonly #document: vscode.TextDocument;
  readonly #diagnostics: ConfigDiagnostics;
  /** Problems that the text alone does not show, as of the last check; they move with the text. */
  #others: readonly ConfigProblem[] = [];
  #lastRoot: FormField | undefined;
  /** The end of the changes that were asked for. */
  #changes: Promise<void> = Promise.resolve();

  constructor(document: vscode.TextDocument, diagnostics: ConfigDiagnostics) {
    this.#document = document;
    this.#diagnostics = diagnostics;
    this.takeProblems();
  }

  readonly handlers: Handlers<FormContract> = {
    state: () => this.state(),
    change: ({ change }) => this.#inTurn((text) => changeForm(text, change, configForm(text, this.#name).effective)),
    fix: ({ message, title }) => this.#fix(message, title),
    showText: ({ path }) => this.#showText(path),
    save: async () => {
      await this.#changes;
      await this.#document.save();
    },
    train: async () => {
      await this.#changes;
      // Settles when the run has ended, which no page waits for.
      void vscode.commands.executeCommand('gatescope.training.train', this.#document.uri);
    },
  };

  get #name(): string {
    return basename(this.#document.uri.fsPath).replace(/\.gatescope\.json$/, '');
  }

  state(): FormState {
    const text = this.#document.getText();
    const broken = brokenBy(text);
    const form = broken ? undefined : configForm(text, this.#name, this.#others);
    this.#lastRoot = form?.root ?? this.#lastRoot ?? configForm('', this.#name).root;
    const whyNot = whyUntrusted();
    return {
      fileName: basename(this.#document.uri.fsPath),
      root: this.#lastRoot,
      broken: broken && { message: broken.message, line: broken.line },
      isBlank: form?.isBlank ?? false,
      canTrain: whyNot === undefined,
      whyNot,
    };
  }

  /** Takes what the checks found; false where they are not done with the text as it is. */
  takeProblems(): boolean {
    if (!this.#diagnostics.isUpToDate(this.#document)) return false;
    const shape = new Set(validateConfig(this.#document.getText()).problems.map(problemKey));
    this.#others = this.#diagnostics.problemsOf(this.#document).filter((problem) => !shape.has(problemKey(problem)));
    return true;
  }

  /** Problems behind a change move along, and those in it are gone. */
  follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    for (const { rangeOffset, rangeLength, text } of changes) {
      const end = rangeOffset + rangeLength;
      const shift = text.length - rangeLength;
      this.#others = this.#others.flatMap((problem) => {
        if (problem.end <= rangeOffset) return [problem];
        if (problem.start < end) return [];
        return [{ ...problem, start: problem.start + shift, end: problem.end + shift }];
      });
    }
  }

  /** Edits that are worked out on the text as it is when their turn comes. */
  #inTurn(edit: (text: string) => readonly TextEdit[]): Promise<void> {
    const change = this.#changes.then(() => this.#apply(edit(this.#document.getText())));
    this.#changes = change.catch(() => undefined);
    return change;
  }

  async #apply(edits: readonly TextEdit[]): Promise<void> {
    if (edits.length === 0) return;
    const edit = new vscode.WorkspaceEdit();
    for (const each of edits) edit.replace(this.#document.uri, rangeOf(this.#document, each), each.text);
    if (await vscode.workspace.applyEdit(edit)) return;
    throw new UserError({
      code: 'form.refused',
      message: vscode.l10n.t('The editor did not take the change.'),
      remedy: vscode.l10n.t('Look whether the file can be written.'),
    });
  }

  async #fix(message: string, title: string): Promise<void> {
    await this.#changes;
    await this.#diagnostics.check(this.#document);
    const problem = this.#diagnostics.problemsOf(this.#document).find((each) => each.message === message);
    const fix = problem?.fixes.find((each) => each.title === title);
    // A problem that is gone needs no fix.
    if (!fix) return;
    const { version } = this.#document;
    // Its places are those of the text that was checked.
    await this.#inTurn(() => (this.#document.version === version ? fix.edits : []));
    const command = fix.action && commandOf(this.#document, fix.action, fix.title);
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
  }

  async #showText(path: FormPath | undefined): Promise<void> {
    const text = this.#document.getText();
    const broken = brokenBy(text);
    const span = broken ? { start: broken.start, end: broken.start } : path && spanAt(text, path);
    const isOwn = (editor: vscode.TextEditor): boolean => editor.document === this.#document;
    const open = vscode.window.visibleTextEditors.find(isOwn);
    await vscode.window.showTextDocument(this.#document, {
      viewColumn: open?.viewColumn ?? vscode.ViewColumn.Beside,
      selection: span && rangeOf(this.#document, span),
    });
  }
}

const problemKey = ({ code, start, end }: ConfigProblem): string => `${code} ${start} ${end}`;
