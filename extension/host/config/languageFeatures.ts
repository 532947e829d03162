// What the editor does in configs and manifests: completion, hovers, hints, lenses, quick fixes, rename. Connects them; no logic lives here.
import * as vscode from 'vscode';
import { completeManifest } from '../../config/complete/completeManifest.ts';
import { DisposableStore } from '../../util/disposable.ts';
import type { DatasetCatalog } from '../datasets/datasetCatalog.ts';
import { ManifestCodeLens } from '../datasets/manifestCodeLens.ts';
import type { Engine } from '../training/engine.ts';
import type { TrainingQueue } from '../training/trainingQueue.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { configChecker } from './checkConfig.ts';
import { ConfigCodeLens } from './configCodeLens.ts';
import { ConfigCompletion } from './configCompletion.ts';
import type { ConfigDiagnostics } from './configDiagnostics.ts';
import { ConfigQuickFixes } from './configQuickFixes.ts';
import { DatasetRename } from './datasetRename.ts';
import { DefaultHints } from './defaultHints.ts';
import { EffectHover } from './effectHover.ts';
import type { ExperimentReader } from './experimentReader.ts';
import { FreezeLens } from './freezeLens.ts';
import type { ParameterCounts } from './parameterCounts.ts';
import { ProbeCodeLens } from './probeCodeLens.ts';

const CONFIGS: vscode.DocumentFilter = { scheme: 'file', pattern: '**/*.gatescope.json' };
const MANIFESTS: vscode.DocumentFilter = { scheme: 'file', pattern: '**/*.dataset.json' };

export interface LanguageParts {
  engine: Engine;
  queue: TrainingQueue;
  catalog: WorkspaceCatalog;
  datasets: DatasetCatalog;
  diagnostics: ConfigDiagnostics;
  reader: ExperimentReader;
  counts: ParameterCounts;
}

export function registerLanguageFeatures(parts: LanguageParts): vscode.Disposable {
  const owned = new DisposableStore();
  registerLenses(parts, owned);
  registerHelp(parts, owned);
  registerChanges(parts, owned);
  return owned;
}

function registerLenses({ queue, catalog, counts }: LanguageParts, owned: DisposableStore): void {
  const freezeLens = new FreezeLens(configChecker, counts);
  const lenses = [owned.add(new ConfigCodeLens(queue, catalog)), freezeLens, owned.add(new ProbeCodeLens(catalog))];
  for (const lens of lenses) owned.add(vscode.languages.registerCodeLensProvider(CONFIGS, lens));
  owned.add(vscode.languages.registerCodeLensProvider(MANIFESTS, new ManifestCodeLens()));
  owned.add(vscode.languages.registerHoverProvider(CONFIGS, freezeLens));
}

function registerHelp({ engine, catalog }: LanguageParts, owned: DisposableStore): void {
  const { triggers } = ConfigCompletion;
  const inConfigs = new ConfigCompletion({ engine, catalog });
  const inManifests = new ConfigCompletion({ engine, catalog }, completeManifest);
  owned.add(vscode.languages.registerCompletionItemProvider(CONFIGS, inConfigs, ...triggers));
  owned.add(vscode.languages.registerCompletionItemProvider(MANIFESTS, inManifests, ...triggers));
  owned.add(vscode.languages.registerHoverProvider(CONFIGS, new EffectHover(configChecker, engine)));
  const hints = owned.add(new DefaultHints(configChecker));
  owned.add(vscode.languages.registerInlayHintsProvider(CONFIGS, hints));
}

function registerChanges({ diagnostics, reader, catalog, datasets }: LanguageParts, owned: DisposableStore): void {
  const quickFixes = new ConfigQuickFixes(diagnostics);
  const { metadata } = ConfigQuickFixes;
  owned.add(vscode.languages.registerCodeActionsProvider([CONFIGS, MANIFESTS], quickFixes, metadata));
  const rename = owned.add(new DatasetRename({ reader, catalog }));
  owned.add(vscode.languages.registerRenameProvider(CONFIGS, rename));
  // A config is as wrong as the dataset that it names.
  owned.add(datasets.onChange(() => diagnostics.recheckAll()));
}
