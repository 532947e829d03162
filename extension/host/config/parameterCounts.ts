// How many numbers each parameter of a config has. The engine must read the data for it, so answers are kept by text.
import * as vscode from 'vscode';
import type { ParameterPlan } from '../../protocol/engineContract.ts';
import type { Engine } from '../training/engine.ts';

export class ParameterCounts {
  readonly #engine: Pick<Engine, 'call'>;
  #last: { key: string; plan: Promise<ParameterPlan | undefined> } | undefined;

  constructor(engine: Pick<Engine, 'call'>) {
    this.#engine = engine;
  }

  /** Undefined in Restricted Mode, and where the data or the weights to start from cannot be read: Problems says why. */
  async plan(configPath: string, text: string): Promise<ParameterPlan | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    const key = `${configPath}\n${text}`;
    if (this.#last?.key !== key) {
      const plan = this.#engine.call('plan', { configPath, text }).catch(() => undefined);
      this.#last = { key, plan };
    }
    return this.#last.plan;
  }
}

/** `3 tensors, 12,544 parameters`; only tensors where the sizes are not known. */
export function countText(names: readonly string[], plan: ParameterPlan | undefined): string {
  const tensors = names.length === 1 ? vscode.l10n.t('1 tensor') : vscode.l10n.t('{0} tensors', names.length);
  if (!plan) return tensors;
  const chosen = new Set(names);
  const count = plan.parameters.reduce((sum, { name, count: own }) => sum + (chosen.has(name) ? own : 0), 0);
  return vscode.l10n.t('{0}, {1} parameters', tensors, count.toLocaleString('en-US'));
}
