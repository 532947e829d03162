// The editor's settings, typed by their schema.
import * as vscode from 'vscode';
import type { EngineSettings } from '../../protocol/engineContract.ts';
import type { Settings } from '../../schema/settings.ts';

/** A setting for the folder of `path`. Defaults are in the manifest, so there is always a value. */
export function readSetting<K extends keyof Settings>(key: K, path?: string): Settings[K] {
  const scope = path === undefined ? undefined : vscode.Uri.file(path);
  return vscode.workspace.getConfiguration('gatescope', scope).get(key) as Settings[K];
}

/** What is to compute for configs in the folder of `path`. */
export function engineSettings(path: string): EngineSettings {
  return { backend: readSetting('engine.backend', path), threads: readSetting('engine.threads', path) };
}
