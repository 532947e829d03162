// What the Datasets view holds of manifests: a dataset, its findings, and their rows.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetFinding, DatasetReport, FoundRow } from '../../protocol/datasetReport.ts';
import { DATASET_SUFFIX } from '../../schema/dataset.ts';
import { ITEM } from '../manifest/ids.ts';

export interface ManifestNode {
  kind: 'manifest';
  path: string;
}

export interface FindingNode {
  kind: 'finding';
  path: string;
  finding: DatasetFinding;
}

export interface FoundRowNode {
  kind: 'foundRow';
  row: FoundRow;
}

export type ManifestTreeNode = ManifestNode | FindingNode | FoundRowNode;

export const isManifestTreeNode = (value: unknown): value is ManifestTreeNode =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  ['manifest', 'finding', 'foundRow'].includes(String(value.kind));

/** How a dataset is called in lists. */
export const datasetTitle = (path: string): string => basename(path).slice(0, -DATASET_SUFFIX.length);

/** `report` is known when the dataset was looked at. */
export function manifestItem({ path }: ManifestNode, report: DatasetReport | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(datasetTitle(path), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = path;
  item.tooltip = vscode.workspace.asRelativePath(path);
  item.iconPath = new vscode.ThemeIcon('database');
  item.contextValue = ITEM.manifest;
  item.command = {
    command: 'gatescope.dataset.open',
    title: vscode.l10n.t('Open Dataset'),
    // The tree keeps the keyboard: an arrow key opens the findings.
    arguments: [{ path, preserveFocus: true }],
  };
  if (report)
    item.description = report.parts.map(({ part, rows }) => `${part} ${rows.toLocaleString('en')}`).join(' · ');
  return item;
}

export function findingItem({ path, finding }: FindingNode): vscode.TreeItem {
  const { code, part = '', count, message, remedy, severity, rows, fix } = finding;
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(message, rows.length > 0 ? Collapsed : None);
  item.id = `${path}|${code}|${part}`;
  item.description = code;
  item.tooltip = `${message}\n\n${remedy}`;
  item.iconPath =
    severity === 'warning'
      ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
      : new vscode.ThemeIcon('info');
  item.contextValue = fix && count > 0 ? ITEM.findingWithRemedy : ITEM.finding;
  return item;
}

export function foundRowItem({ row }: FoundRowNode): vscode.TreeItem {
  const { path, line, other } = row;
  const place = (file: string, at: number): string => `${vscode.workspace.asRelativePath(file)}:${at}`;
  const item = new vscode.TreeItem(place(path, line), vscode.TreeItemCollapsibleState.None);
  if (other) item.description = vscode.l10n.t('as {0}', place(other.path, other.line));
  const start = new vscode.Position(line - 1, 0);
  item.command = {
    command: 'vscode.open',
    title: vscode.l10n.t('Open Row'),
    arguments: [vscode.Uri.file(path), { selection: new vscode.Range(start, start), preview: true }],
  };
  return item;
}
