// Errors and warnings of open configs and manifests in the Problems panel: shape and files at every pause in typing, data of a config after
// a save in a trusted workspace.
// Invariant: what is shown belongs to the text that is shown; a slower answer to an older text is dropped.
import * as vscode from 'vscode';
import { DATASET_SUFFIX } from '../../schema/dataset.ts';
import { CancelledError } from '../../util/userError.ts';
import type { Engine } from '../training/engine.ts';
import type { ConfigChecker, ConfigProblem } from './configProblem.ts';

const DEBOUNCE_MS = 250;

export function isConfig({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && uri.path.endsWith('.gatescope.json');
}

export function isManifest({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && uri.path.endsWith(DATASET_SUFFIX);
}

interface Checked {
  timer?: NodeJS.Timeout;
  /** Ends reading data for a text that is no longer the one. */
  reading?: AbortController;
  problems: readonly ConfigProblem[];
  /** The version of the document that `problems` are of. */
  version?: number;
  /** Findings in the data, for exactly this text. */
  data?: { text: string; problems: readonly ConfigProblem[] };
}

export class ConfigDiagnostics implements vscode.Disposable {
  readonly #engine: Pick<Engine, 'call'>;
  readonly #checker: ConfigChecker;
  readonly #log: vscode.LogOutputChannel;
  readonly #collection = vscode.languages.createDiagnosticCollection('gatescope');
  readonly #states = new Map<string, Checked>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(engine: Pick<Engine, 'call'>, checker: ConfigChecker, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#checker = checker;
    this.#log = log;
    this.#subscriptions = [
      this.#collection,
      vscode.workspace.onDidOpenTextDocument((document) => this.#schedule(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#schedule(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.recheckAll()),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.#schedule(editor.document)),
    ];
    this.recheckAll();
  }

  /** Checks every open config again, as after data files came or went. */
  recheckAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#schedule(document);
  }

  /** What is known to be wrong with the text of `document` as it was last checked. */
  problemsOf(document: vscode.TextDocument): readonly ConfigProblem[] {
    const state = this.#states.get(document.uri.toString());
    return state ? [...state.problems, ...(state.data?.text === document.getText() ? state.data.problems : [])] : [];
  }

  /** Whether `problemsOf` speaks of the text as it is now. */
  isUpToDate(document: vscode.TextDocument): boolean {
    return this.#states.get(document.uri.toString())?.version === document.version;
  }

  /** Checks shape and files now, shows what was found and answers with it. */
  async check(document: vscode.TextDocument): Promise<readonly ConfigProblem[]> {
    const { version } = document;
    const problems = await this.#find(document);
    if (document.version !== version || document.isClosed) return problems;
    Object.assign(this.#stateOf(document), { problems, version });
    this.#show(document);
    return problems;
  }

  async #find(document: vscode.TextDocument): Promise<readonly ConfigProblem[]> {
    const text = document.getText();
    if (isManifest(document)) return this.#checker.checkManifest(text, document.uri.fsPath);
    const shape = this.#checker.checkShape(text);
    const files = shape.experiment ? await this.#checker.checkFiles(text, document.uri.fsPath) : [];
    return [...shape.problems, ...files];
  }

  #stateOf(document: vscode.TextDocument): Checked {
    const key = document.uri.toString();
    const state = this.#states.get(key) ?? { problems: [] };
    this.#states.set(key, state);
    return state;
  }

  #schedule(document: vscode.TextDocument): void {
    if (!isConfig(document) && !isManifest(document)) return;
    const state = this.#stateOf(document);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      this.#checkAll(document).catch((error: unknown) => {
        if (!(error instanceof CancelledError)) this.#log.error(error instanceof Error ? error : String(error));
      });
    }, DEBOUNCE_MS);
  }

  async #checkAll(document: vscode.TextDocument): Promise<void> {
    const problems = await this.check(document);
    const isReadable = isConfig(document) && vscode.workspace.isTrusted && !document.isDirty && !document.isClosed;
    if (isReadable && problems.every(({ severity }) => severity !== 'error')) await this.#checkData(document);
  }

  async #checkData(document: vscode.TextDocument): Promise<void> {
    const state = this.#stateOf(document);
    const text = document.getText();
    if (state.data?.text === text) return;
    state.reading?.abort();
    state.reading = new AbortController();
    const { signal } = state.reading;
    const findings = await this.#engine.call('checkData', { configPath: document.uri.fsPath, text }, { signal });
    if (signal.aborted || document.isClosed) return;
    state.data = { text, problems: findings.map((finding) => this.#checker.toDataProblem(text, finding)) };
    this.#show(document);
  }

  #show(document: vscode.TextDocument): void {
    this.#collection.set(
      document.uri,
      this.problemsOf(document).map((problem) => toDiagnostic(document, problem)),
    );
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const state = this.#states.get(key);
    clearTimeout(state?.timer);
    state?.reading?.abort();
    this.#states.delete(key);
    this.#collection.delete(document.uri);
  }

  dispose(): void {
    for (const { timer, reading } of this.#states.values()) {
      clearTimeout(timer);
      reading?.abort();
    }
    this.#states.clear();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function toDiagnostic(document: vscode.TextDocument, problem: ConfigProblem): vscode.Diagnostic {
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(rangeOf(document, problem), problem.message, severity);
  diagnostic.source = 'gatescope';
  diagnostic.code = problem.code;
  return diagnostic;
}

export function rangeOf(document: vscode.TextDocument, { start, end }: { start: number; end: number }): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
