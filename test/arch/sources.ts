// The sources as the architecture tests see them: files, their folder of the tree, and what they import.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface ImportOf {
  /** As written. */
  specifier: string;
  /** `extension/engine`, `webview/shared` … for own files; the package's name, `node:` or `vscode` for others. */
  target: string;
  isTypeOnly: boolean;
}

export interface Source {
  /** From the root, with slashes. */
  path: string;
  text: string;
  imports: ImportOf[];
}

export function readSources(pattern: string): Source[] {
  return globSync(pattern, { cwd: ROOT })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** The first two parts of a path: a folder of the tree. */
export const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** Statements at the start of a line; the clause holds no quote and no semicolon. */
const STATEMENT =
  /^(?:import|export)\s+(type\s+)?([\w*{][^'";]*?)\s+from\s+'([^']+)'|^import\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/gm;

function importsOf(path: string, text: string): ImportOf[] {
  return [...text.matchAll(STATEMENT)].map((match) => {
    const specifier = match[3] ?? match[4] ?? match[5];
    return {
      specifier,
      target: targetOf(path, specifier),
      isTypeOnly: match[1] !== undefined || hasOnlyTypes(match[2] ?? ''),
    };
  });
}

/** `{ type A, type B }` leaves nothing behind either. */
function hasOnlyTypes(clause: string): boolean {
  const names =
    /^\{([^}]*)\}$/
      .exec(clause.trim())?.[1]
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return names.length > 0 && names.every((name) => name.startsWith('type '));
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.'))
    return folderOf(relative(ROOT, resolve(ROOT, dirname(path), specifier)).replaceAll('\\', '/'));
  if (specifier.startsWith('node:')) return 'node:';
  return specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
}
