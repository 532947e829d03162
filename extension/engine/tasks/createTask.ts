// The registry of tasks: from loaded data to what the trainer trains.
import type { ResolvedTraining } from '../../schema/resolved.ts';
import { assertNever } from '../../util/assertNever.ts';
import { type ClassificationData, createClassification } from './classification.ts';
import { createLanguageModel, type LanguageModelData } from './languageModel.ts';
import type { Task } from './task.ts';

export type TaskData =
  | ({ task: 'classification' } & ClassificationData)
  | ({ task: 'languageModel' } & LanguageModelData);

/** Throws UserError where config and data contradict each other. */
export function createTask(data: TaskData, training: ResolvedTraining): Task {
  switch (data.task) {
    case 'classification':
      return createClassification(data, training);
    case 'languageModel':
      return createLanguageModel(data, training);
    default:
      return assertNever(data);
  }
}
