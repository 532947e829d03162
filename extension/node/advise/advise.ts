// The advisor: from what is known of a dataset to a config, key by key, each with its reason. Pure: the rules are read from top to bottom,
// and each sees what those before it said.
import type { Advice, AdviceEntry } from '../../protocol/advice.ts';
import { CLASSIFIER_RULES } from './classifierRules.ts';
import { GAINS } from './gains.ts';
import { LANGUAGE_MODEL_RULES } from './languageModelRules.ts';
import type { Draft, Machine } from './rule.ts';
import type { DatasetStatistics } from './statistics.ts';

export function advise(facts: DatasetStatistics, machine: Machine): Advice {
  const { task } = facts;
  const rules = task === 'languageModel' ? LANGUAGE_MODEL_RULES : CLASSIFIER_RULES;
  const draft: Draft = {};
  const entries = rules.flatMap(({ key, source, isOfData = false, advise: adviseKey }): AdviceEntry[] => {
    const advised = adviseKey(facts, machine, draft);
    if (!advised) return [];
    const { value, reason, alternatives = [] } = advised;
    setKey(draft, key, value);
    return [{ key, value, reason, source, isOfData, alternatives }];
  });
  return { task, entries, ...(task === 'classification' ? { together: GAINS.Together['as advised'] } : {}) };
}

/** The advised values as sections of a config. */
export function draftOf({ entries }: Pick<Advice, 'entries'>): Draft {
  const draft: Draft = {};
  for (const { key, value } of entries) setKey(draft, key, value);
  return draft;
}

/** Sets a key with dots; sections that are missing are made. */
export function setKey(draft: Draft, key: string, value: unknown): void {
  const names = key.split('.');
  const last = names.pop() ?? key;
  const section = names.reduce<Draft>((inner, name) => {
    inner[name] ??= {};
    return inner[name] as Draft;
  }, draft);
  section[last] = value;
}
