// What a config would train, before it does: its groups and rates, and the curve of a search for a learning rate.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { withLearningRate } from '../../config/fineTuneText.ts';
import type { ConfigPlan } from '../../protocol/dashboardContract.ts';
import type { FoundRate } from '../../protocol/foundRate.ts';
import { UserError } from '../../util/userError.ts';
import type { ConfigChecker } from '../config/configProblem.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust } from '../training/trainCommand.ts';
import { requireExperiment } from './experimentText.ts';
import { withCancel } from './withCancel.ts';

export interface ConfigPlansDeps {
  engine: Pick<Engine, 'call'>;
  checker: ConfigChecker;
  catalog: { readonly configPaths: readonly string[] };
}

export class ConfigPlans {
  readonly #deps: ConfigPlansDeps;
  /** By config; as long as the window lives. */
  readonly #found = new Map<string, FoundRate>();

  constructor(deps: ConfigPlansDeps) {
    this.#deps = deps;
  }

  /** Reads the config as the editor has it, and its data. Throws UserError where either has errors. */
  async plan(configPath: string): Promise<ConfigPlan> {
    requireTrust();
    const document = await this.#open(configPath);
    const text = document.getText();
    const { name = basename(configPath) } = requireExperiment(text, this.#deps.checker, configPath);
    const plan = await this.#deps.engine.call('plan', { configPath, text });
    return { name, plan, found: this.#found.get(configPath) };
  }

  /** A range test with a notification that can cancel it. */
  async findRate(configPath: string): Promise<FoundRate> {
    requireTrust();
    const document = await this.#open(configPath);
    const request = { configPath, text: document.getText() };
    const title = vscode.l10n.t('Looking for a learning rate for {0}', basename(configPath));
    const found = await withCancel(title, (signal) => this.#deps.engine.call('findRate', request, { signal }));
    this.#found.set(configPath, found);
    return found;
  }

  /** Writes the rate into the open config, which the user saves or takes back. */
  async useRate(configPath: string, rate: number): Promise<void> {
    const document = await this.#open(configPath);
    const text = document.getText();
    const changed = withLearningRate(text, requireExperiment(text, this.#deps.checker, configPath), rate);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(document.positionAt(0), document.positionAt(text.length)), changed);
    await vscode.workspace.applyEdit(edit);
    await this.show(configPath);
  }

  async show(configPath: string): Promise<void> {
    await vscode.window.showTextDocument(await this.#open(configPath), vscode.ViewColumn.One);
  }

  /** Only configs that were found in the workspace or trained from: a page may name no other file. */
  async #open(configPath: string): Promise<vscode.TextDocument> {
    if (this.#deps.catalog.configPaths.includes(configPath)) return vscode.workspace.openTextDocument(configPath);
    throw new UserError({
      code: 'config.unknown',
      message: vscode.l10n.t('{0} is no config of this workspace.', basename(configPath)),
      remedy: vscode.l10n.t('Open the folder that holds it.'),
    });
  }
}
