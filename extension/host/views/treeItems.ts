// What the tree views hold, and how commands recognise it.

export type TreeNode = ExperimentNode | RunNode | DatasetNode;

export interface ExperimentNode {
  kind: 'experiment';
  configPath: string;
}

export interface RunNode {
  kind: 'run';
  runId: string;
}

export type DataPart = 'train' | 'validation' | 'test';

export interface DatasetNode {
  kind: 'dataset';
  configPath: string;
  part: DataPart;
  /** Absolute path. */
  path: string;
}

export function isTreeNode(value: unknown): value is TreeNode {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'experiment' || value.kind === 'run' || value.kind === 'dataset';
}
