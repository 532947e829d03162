// The small part of VS Code's API that the host's classes touch, in memory. Loaded in place of `vscode` by fakeVscodeHooks.ts.
// Answers of dialogs and the trust of the workspace are set through `fake`.
import { Emitter } from '../../../extension/util/emitter.ts';

type Listener = (value: never) => void;

class Uri {
  readonly scheme: string;
  readonly path: string;
  constructor(scheme: string, path: string) {
    this.scheme = scheme;
    this.path = path;
  }
  static file = (path: string): Uri => new Uri('file', path);
  static joinPath = (base: Uri, ...parts: string[]): Uri => new Uri(base.scheme, [base.path, ...parts].join('/'));
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
}

class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position, end: Position) {
    this.start = start;
    this.end = end;
  }
  contains({ line, character }: Position): boolean {
    const isAfter = line > this.start.line || (line === this.start.line && character >= this.start.character);
    return isAfter && (line < this.end.line || (line === this.end.line && character <= this.end.character));
  }
}

class Diagnostic {
  readonly range: Range;
  readonly message: string;
  readonly severity: number;
  source?: string;
  code?: string;
  constructor(range: Range, message: string, severity: number) {
    this.range = range;
    this.message = message;
    this.severity = severity;
  }
}

export class FakeDocument {
  readonly uri: Uri;
  #text: string;
  version = 1;
  isDirty = false;
  isClosed = false;
  canSave = true;
  constructor(path: string, text: string) {
    this.uri = Uri.file(path);
    this.#text = text;
  }
  getText(): string {
    return this.#text;
  }
  type(text: string): void {
    this.#text = text;
    this.version++;
    this.isDirty = true;
    events.changed.fire({ document: this } as never);
  }
  save(): boolean {
    if (!this.canSave) return false;
    this.isDirty = false;
    events.saved.fire(this as never);
    return true;
  }
  offsetAt({ line, character }: Position): number {
    const lines = this.#text.split('\n');
    return lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0) + character;
  }
  positionAt(offset: number): Position {
    const before = this.#text.slice(0, offset).split('\n');
    return new Position(before.length - 1, before[before.length - 1].length);
  }
}

/** Edits of documents, in the order they were noted. */
class WorkspaceEdit {
  readonly edits: { uri: Uri; range: Range; text: string }[] = [];
  readonly renamed: [from: string, to: string][] = [];
  replace(uri: Uri, range: Range, text: string): void {
    this.edits.push({ uri, range, text });
  }
  renameFile(from: Uri, to: Uri): void {
    this.renamed.push([from.fsPath, to.fsPath]);
  }
}

export class FakePanel {
  readonly #received = new Emitter<unknown>();
  readonly #disposed = new Emitter<void>();
  readonly #viewState = new Emitter<void>();
  /** What the host posted to the page. */
  readonly posted: unknown[] = [];
  visible = true;
  iconPath: unknown;
  readonly webview = {
    html: '',
    options: {},
    cspSource: 'https://webview.example',
    asWebviewUri: (uri: Uri) => uri,
    postMessage: async (message: unknown) => {
      // A hidden page does not exist: what is posted to it is lost.
      if (this.visible) this.posted.push(structuredClone(message));
      return this.visible;
    },
    onDidReceiveMessage: (listener: (message: unknown) => void) => this.#received.on(listener),
  };
  onDidDispose = (listener: () => void) => this.#disposed.on(listener);
  onDidChangeViewState = (listener: () => void) => this.#viewState.on(listener);
  reveal(): void {
    this.show(true);
  }
  show(isVisible: boolean): void {
    this.visible = isVisible;
    this.#viewState.fire();
  }
  /** What the page sends. */
  receive(message: unknown): void {
    this.#received.fire(message);
  }
  dispose(): void {
    this.#disposed.fire();
  }
}

interface PanelSerializer {
  deserializeWebviewPanel(panel: never, state: unknown): Promise<void>;
}

class CompletionItem {
  readonly label: unknown;
  readonly kind: number;
  constructor(label: unknown, kind: number) {
    this.label = label;
    this.kind = kind;
  }
}

class CompletionList {
  readonly items: CompletionItem[];
  readonly isIncomplete: boolean;
  constructor(items: CompletionItem[], isIncomplete: boolean) {
    this.items = items;
    this.isIncomplete = isIncomplete;
  }
}

/** Keeps its parts as VS Code writes them. */
class SnippetString {
  value = '';
  appendText(text: string): this {
    this.value += text.replace(/[\\$}]/g, '\\$&');
    return this;
  }
  appendTabstop(number: number): this {
    this.value += `$${number}`;
    return this;
  }
  appendPlaceholder(text: string): this {
    this.value += `\${1:${text}}`;
    return this;
  }
}

const events = {
  opened: new Emitter<never>(),
  changed: new Emitter<never>(),
  saved: new Emitter<never>(),
  closed: new Emitter<never>(),
  trusted: new Emitter<never>(),
  willRename: new Emitter<never>(),
};

/** What tests set and look at. */
export const fake = {
  isTrusted: true,
  panels: [] as FakePanel[],
  /** By the type of the panels that they bring back. */
  serializers: new Map<string, PanelSerializer>(),
  /** Answer of the next message with buttons. */
  answer: undefined as string | undefined,
  asked: [] as string[],
  /** Labels to pick from the next lists, and paths to choose in the next open dialogs. */
  picks: [] as string[],
  chosenPaths: [] as string[],
  /** What is typed into the next input boxes, and where the next save dialogs save to. */
  typed: [] as string[],
  savedTo: [] as string[],
  /** What notifications of progress said, and the way to cancel the one that shows. */
  progress: [] as string[],
  cancelProgress: (): void => undefined,
  /** What is selected in the active editor. */
  selected: '',
  opened: [] as string[],
  diagnostics: new Map<string, Diagnostic[]>(),
  documents: [] as FakeDocument[],
  log: [] as string[],
  /** Commands that were run, with what they were given. */
  executed: [] as unknown[][],
  /** Renames files as the explorer does: the edits that listeners want are applied before it. */
  async renameFiles(...moves: readonly (readonly [from: string, to: string])[]): Promise<void> {
    const files = moves.map(([from, to]) => ({ oldUri: Uri.file(from), newUri: Uri.file(to) }));
    const waited: Promise<WorkspaceEdit>[] = [];
    events.willRename.fire({ files, waitUntil: (edit: Promise<WorkspaceEdit>) => waited.push(edit) } as never);
    for (const edit of await Promise.all(waited)) await workspace.applyEdit(edit);
  },
  grantTrust(): void {
    fake.isTrusted = true;
    events.trusted.fire(undefined as never);
  },
  open(document: FakeDocument): void {
    fake.documents.push(document);
    events.opened.fire(document as never);
  },
};

const on = (emitter: Emitter<never>) => (listener: Listener) => emitter.on(listener);
const nothing = { dispose: () => undefined };
const ask = async (message: string): Promise<string | undefined> => {
  fake.asked.push(message);
  return fake.answer;
};

/** A LogOutputChannel that keeps its lines. */
export const fakeLog = Object.fromEntries(
  ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (...parts: unknown[]) => fake.log.push(`${level} ${parts.map(String).join(' ')}`),
  ]),
) as never;

export { CompletionItem, CompletionList, Diagnostic, Position, Range, SnippetString, Uri, WorkspaceEdit };
export const CompletionItemKind = {
  Module: 8,
  File: 16,
  Folder: 18,
  Field: 4,
  Reference: 17,
  Class: 6,
  Variable: 5,
  EnumMember: 19,
};
export class ThemeIcon {}
export const ViewColumn = { Active: -1, Beside: -2 };
export const ProgressLocation = { Notification: 15 };
export const DiagnosticSeverity = { Error: 0, Warning: 1 };
export const FileType = { Directory: 2 };
export const UIKind = { Desktop: 1, Web: 2 };
export const env = { language: 'en', uiKind: 1, remoteName: undefined };
export const l10n = {
  t: (text: string, ...args: unknown[]) => text.replace(/\{(\d+)\}/g, (_match, index) => String(args[Number(index)])),
};
export const commands = { executeCommand: async (...call: unknown[]) => void fake.executed.push(call) };
export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, list: Diagnostic[]) => void fake.diagnostics.set(uri.toString(), list),
    delete: (uri: Uri) => void fake.diagnostics.delete(uri.toString()),
    dispose: () => fake.diagnostics.clear(),
  }),
};
export const workspace = {
  get isTrusted() {
    return fake.isTrusted;
  },
  get textDocuments() {
    return fake.documents;
  },
  workspaceFolders: undefined,
  asRelativePath: (path: string) => path,
  /** All ranges are those before the edit. */
  async applyEdit({ edits }: WorkspaceEdit): Promise<boolean> {
    const isLater = (a: Position, b: Position): number => b.line - a.line || b.character - a.character;
    for (const { uri, range, text } of edits.toSorted((a, b) => isLater(a.range.start, b.range.start))) {
      const document = fake.documents.find((each) => each.uri.toString() === uri.toString());
      if (!document) return false;
      const whole = document.getText();
      document.type(whole.slice(0, document.offsetAt(range.start)) + text + whole.slice(document.offsetAt(range.end)));
    }
    return true;
  },
  openTextDocument: async (file: string | Uri) =>
    fake.documents.find(({ uri }) => uri.fsPath === (typeof file === 'string' ? file : file.fsPath)),
  getWorkspaceFolder: () => undefined,
  getConfiguration: (_section: string, scope?: Uri) => ({ get: (key: string) => `${key} of ${scope?.fsPath}` }),
  onDidOpenTextDocument: on(events.opened),
  onDidChangeTextDocument: on(events.changed),
  onDidSaveTextDocument: on(events.saved),
  onDidCloseTextDocument: on(events.closed),
  onDidGrantWorkspaceTrust: on(events.trusted),
  onWillRenameFiles: on(events.willRename),
  fs: { stat: async () => ({ type: 1 }), writeFile: async () => undefined },
};
export const window = {
  get activeTextEditor() {
    const document = { uri: Uri.file('/a.txt'), getText: () => fake.selected };
    return { document, selection: new Range(new Position(0, 0), new Position(0, 0)) };
  },
  onDidChangeActiveTextEditor: () => nothing,
  registerWebviewPanelSerializer: (viewType: string, serializer: PanelSerializer) => {
    fake.serializers.set(viewType, serializer);
    return nothing;
  },
  createWebviewPanel: () => {
    const panel = new FakePanel();
    fake.panels.push(panel);
    return panel;
  },
  showWarningMessage: ask,
  showInformationMessage: ask,
  withProgress: async (_options: unknown, task: (progress: unknown, token: unknown) => Promise<unknown>) =>
    task(
      { report: ({ message }: { message: string }) => void fake.progress.push(message) },
      { onCancellationRequested: (listener: () => void) => Object.assign(fake, { cancelProgress: listener }) },
    ),
  showSaveDialog: async () => fake.savedTo.splice(0, 1).map(Uri.file)[0],
  showInputBox: async ({ validateInput }: { validateInput(text: string): string | undefined }) => {
    const [typed] = fake.typed.splice(0, 1);
    return typed === undefined || validateInput(typed) !== undefined ? undefined : typed;
  },
  showOpenDialog: async () => fake.chosenPaths.splice(0, 1).map(Uri.file),
  showQuickPick: async (items: { label: string }[]) => {
    const [wanted] = fake.picks.splice(0, 1);
    return items.find(({ label }) => wanted !== undefined && label.includes(wanted));
  },
  showTextDocument: async (uri: Uri) => void fake.opened.push(uri.fsPath),
};
