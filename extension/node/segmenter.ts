// Loads jieba, compiled to WebAssembly with its dictionary, where a config asks for it. It takes a third of a second once.
import type { ResolvedTokenizer } from '../schema/resolved.ts';
import { hasSegmenter, useSegmenter } from '../text/segmenter.ts';

/** Before the first text of an experiment is cut. */
export async function loadSegmenter(tokenizer: ResolvedTokenizer): Promise<void> {
  if ('file' in tokenizer || tokenizer.segmenter === undefined || hasSegmenter()) return;
  const { cut } = await import('jieba-wasm');
  useSegmenter((text) => cut(text, true));
}
