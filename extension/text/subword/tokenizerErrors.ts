// What can be wrong with a tokenizer.json.
import { UserError } from '../../util/userError.ts';

export function unreadable(why: string, cause?: unknown): UserError {
  return new UserError({
    code: 'tokenizer.unreadable',
    message: `The tokenizer.json cannot be read: ${why}.`,
    remedy: 'Give a tokenizer.json as Gatescope or the Hugging Face library `tokenizers` writes it.',
    cause,
  });
}

export function unsupported(what: string, cause?: unknown): UserError {
  return new UserError({
    code: 'tokenizer.unsupported',
    message: `The tokenizer.json has ${what}, which cannot be used.`,
    remedy: 'Train a tokenizer here (gatescope tokenizer train), or give another tokenizer.json.',
    cause,
  });
}
