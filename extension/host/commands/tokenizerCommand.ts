// Train Tokenizer…: asks for the texts, the kind and the size, learns in the worker, and offers what a config needs to use the file.
import { dirname, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { TrainedTokenizerFacts } from '../../protocol/engineContract.ts';
import type { LearnedTokenizer } from '../../schema/resolved.ts';
import { CancelledError } from '../../util/userError.ts';
import { datasetTitle, isManifestTreeNode } from '../datasets/datasetNodes.ts';
import { type DatasetDeps, whileLooking } from '../datasets/lookAtDataset.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { TokenizerArguments } from './commandApi.ts';

const SIZES = { least: 3, leastOfBpe: 258, most: 1_000_000, usual: 8000 } as const;

/** Answers with what was learned. */
export async function trainTokenizerCommand(
  target: unknown,
  { engine, datasets }: DatasetDeps,
): Promise<TrainedTokenizerFacts> {
  requireTrust(vscode.l10n.t('Learning a tokenizer'));
  const wish = isArguments(target) ? target : await ask(await textsNamedBy(target, datasets));
  const { path, type, maxVocabulary, out } = wish;
  const settings: LearnedTokenizer = { type, lowercase: false, minFrequency: 2, maxVocabulary };
  const learned = await whileLooking(vscode.l10n.t('Learning a tokenizer from {0}', path), engine, (signal) =>
    // The dialog for the file has asked whether one that is there may go.
    engine.call('trainTokenizer', { path, settings, out, mayReplace: !isArguments(target) }, { signal }),
  );
  if (!isArguments(target)) void offerUse(out, learned);
  return learned;
}

function isArguments(value: unknown): value is TokenizerArguments {
  return typeof value === 'object' && value !== null && 'path' in value && 'out' in value;
}

async function textsNamedBy(target: unknown, datasets: DatasetDeps['datasets']): Promise<string> {
  if (target instanceof vscode.Uri && target.scheme === 'file') return target.fsPath;
  if (isManifestTreeNode(target) && target.kind !== 'foundRow') return target.path;
  await datasets.refresh();
  return (datasets.paths.length > 0 ? await pickDataset(datasets.paths) : undefined) ?? chooseTexts();
}

/** Undefined where it shall be something else than a dataset. */
async function pickDataset(paths: readonly string[]): Promise<string | undefined> {
  const items: (vscode.QuickPickItem & { path?: string })[] = [
    ...paths.map((path) => ({
      label: datasetTitle(path),
      description: vscode.workspace.asRelativePath(path),
      path,
    })),
    { label: vscode.l10n.t('$(folder-opened) A File or Folder…') },
  ];
  const title = vscode.l10n.t('Train Tokenizer');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Texts to learn from') });
  if (!picked) throw new CancelledError();
  return picked.path;
}

async function chooseTexts(): Promise<string> {
  const found = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Texts to Learn From: a File, a Folder or a Dataset'),
    canSelectFiles: true,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Learn from It'),
  });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

async function ask(path: string): Promise<TokenizerArguments> {
  const kinds = [
    { type: 'bpe', label: 'BPE', detail: vscode.l10n.t('Bytes, as GPT-2: Ġthe. Nothing is unknown.') },
    {
      type: 'wordpiece',
      label: 'WordPiece',
      detail: vscode.l10n.t('As BERT: a word, or pieces that go on with it, ##ing.'),
    },
    {
      type: 'unigram',
      label: 'Unigram',
      detail: vscode.l10n.t('As SentencePiece: ▁the. For Chinese and Japanese too.'),
    },
  ] as const;
  const title = vscode.l10n.t('Train Tokenizer');
  const kind = await vscode.window.showQuickPick(kinds, { title, placeHolder: vscode.l10n.t('Kind of tokenizer') });
  if (!kind) throw new CancelledError();
  const least = kind.type === 'bpe' ? SIZES.leastOfBpe : SIZES.least;
  const size = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Largest number of vocabulary entries'),
    value: String(SIZES.usual),
    validateInput: (text) =>
      /^\d+$/.test(text) && Number(text) >= least && Number(text) <= SIZES.most
        ? undefined
        : vscode.l10n.t('A whole number from {0} to {1}', least, SIZES.most),
  });
  if (size === undefined) throw new CancelledError();
  const out = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Where to Write the Tokenizer'),
    defaultUri: vscode.Uri.file(join(dirname(path), 'tokenizer.json')),
    filters: { JSON: ['json'] },
  });
  if (!out) throw new CancelledError();
  return { path, type: kind.type, maxVocabulary: Number(size), out: out.fsPath };
}

/** The line goes into a config; its path is relative to the workspace's folder, where configs mostly lie. */
async function offerUse(out: string, { vocabulary, texts }: TrainedTokenizerFacts): Promise<void> {
  const open = vscode.l10n.t('Open');
  const copy = vscode.l10n.t('Copy for a Config');
  const counts = [vocabulary.toLocaleString('en'), texts.toLocaleString('en')];
  const text = vscode.l10n.t('A tokenizer of {0} entries was learned from {1} texts.', ...counts);
  const answer = await vscode.window.showInformationMessage(text, open, copy);
  if (answer === open) await vscode.window.showTextDocument(vscode.Uri.file(out));
  if (answer !== copy) return;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(out))?.uri.fsPath ?? dirname(out);
  const file = relative(folder, out).split(sep).join('/');
  await vscode.env.clipboard.writeText(`"tokenizer": ${JSON.stringify({ file })}`);
}
