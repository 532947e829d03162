// Text that a language model's run writes, going on from a prompt.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TokenWriter } from '../engine/tasks/generate.ts';
import type { GenerateSettings } from '../protocol/engineContract.ts';
import { createTextStream } from '../text/textStream.ts';
import { UNK_ID } from '../text/types.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import { encodeRunningText } from './encodeText.ts';
import type { RunModel } from './runModel.ts';

/** Others get their turn after so much work. */
const YIELD_AFTER_MS = 30;
const MAX_LISTED = 10;

/**
 * The text that follows the prompt, in pieces of a token each. Throws UserError `run.wrongTask` for a run that is no language model,
 * `generate.unknownTokens` for a prompt that the vocabulary does not have, CancelledError.
 */
export async function* generateWith(
  run: RunModel,
  settings: GenerateSettings,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { tokenizer, model } = run;
  const prompt = encodePrompt(run, settings.prompt);
  const writer = new TokenWriter(model, prompt, settings);
  const written = createTextStream(tokenizer, prompt);
  let yieldedAtMs = performance.now();
  for (let count = 0; count < settings.length; count++) {
    yield written(writer.next());
    if (performance.now() - yieldedAtMs < YIELD_AFTER_MS) continue;
    await nextTurn();
    if (signal.aborted) throw new CancelledError();
    yieldedAtMs = performance.now();
  }
}

/** Without a prompt the text begins as a new line does. */
function encodePrompt({ experiment, tokenizer }: RunModel, prompt: string): Uint32Array {
  if (experiment.task !== 'languageModel') {
    throw new UserError({
      code: 'run.wrongTask',
      message: `${experiment.name} is a classifier: it cannot write.`,
      remedy: 'Choose a run whose config has "task": "languageModel", or use predict.',
    });
  }
  const { ids, tokens } = encodeRunningText({ experiment, tokenizer }, prompt || '\n');
  const unknown = [...new Set(tokens.filter((_, at) => ids[at] === UNK_ID))];
  if (prompt !== '' && unknown.length > 0) throw unknownTokens(unknown);
  return ids.length > 0 ? ids : Uint32Array.of(UNK_ID);
}

function unknownTokens(unknown: readonly string[]): UserError {
  const listed = unknown.slice(0, MAX_LISTED).map((token) => JSON.stringify(token));
  const more = unknown.length > listed.length ? ` and ${unknown.length - listed.length} more` : '';
  return new UserError({
    code: 'generate.unknownTokens',
    message: `The prompt has what is not in the model’s vocabulary: ${listed.join(', ')}${more}.`,
    remedy: 'Leave that out of the prompt.',
  });
}
