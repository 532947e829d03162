// The keys of a config that its size, memory and time depend on: where an editor shows what they come to.
import { ConfigText, type JsonPath } from './configText.ts';

const KEYS: readonly JsonPath[] = [
  ['model', 'embedding'],
  ['model', 'embedding', 'size'],
  ['model', 'encoder'],
  ['model', 'encoder', 'type'],
  ['model', 'encoder', 'hiddenSize'],
  ['model', 'encoder', 'layers'],
  ['model', 'encoder', 'bidirectional'],
  ['text', 'maxLength'],
  ['text', 'tokenizer'],
  ['text', 'tokenizer', 'type'],
  ['text', 'tokenizer', 'minFrequency'],
  ['text', 'tokenizer', 'maxVocabulary'],
  ['training', 'batchSize'],
  ['training', 'batching'],
  ['training', 'sequenceLength'],
  ['training', 'epochs'],
  ['training', 'optimizer'],
  ['training', 'optimizer', 'type'],
];

/** The place of the key, or of its plain value, that `offset` is in; undefined where it is in none of them. */
export function effectPlace(text: string, offset: number): { start: number; end: number } | undefined {
  const config = new ConfigText(text);
  for (const path of KEYS) {
    const value = config.find(path);
    const isBlock = value?.type === 'object' || value?.type === 'array';
    for (const node of [config.findKey(path), isBlock ? undefined : value]) {
      if (!node || offset < node.offset || offset > node.offset + node.length) continue;
      return { start: node.offset, end: node.offset + node.length };
    }
  }
  return undefined;
}
