// How a language model reads a text: cut into B parts of about the same length, the streams, which are read side by side, T tokens at a time.
// Every token but the first of the text is a target exactly once; the state of a stream is carried from window to window.
// Letters: B streams, T tokens a stream and window, N tokens of a window.
import type { EncodedText } from '../../data/types.ts';
import { type Batch, createBatch } from '../layers/batch.ts';

export interface TextStreams {
  readonly windowCount: number;
  window(index: number): TextWindow;
}

export interface TextWindow {
  batch: Batch;
  /** [N] the token that follows each token of the batch, in token order. */
  targets: Int32Array;
}

/**
 * At most `batchSize` streams over a text of at least two tokens. All are of one length but the last, which may end earlier: the windows
 * after its end have one text less.
 */
export function createTextStreams(
  { ids }: Pick<EncodedText, 'ids'>,
  batchSize: number,
  windowLength: number,
): TextStreams {
  const targetCount = ids.length - 1;
  const streamLength = Math.ceil(targetCount / batchSize);
  const streamCount = Math.ceil(targetCount / streamLength);
  return {
    windowCount: Math.ceil(streamLength / windowLength),
    window(index) {
      const texts: Uint32Array[] = [];
      const targets = new Int32Array(streamCount * Math.min(windowLength, streamLength));
      let count = 0;
      for (let stream = 0; stream < streamCount; stream++) {
        const start = stream * streamLength;
        const from = start + index * windowLength;
        const to = Math.min(from + windowLength, start + streamLength, targetCount);
        if (to <= from) continue;
        texts.push(ids.subarray(from, to));
        targets.set(ids.subarray(from + 1, to + 1), count);
        count += to - from;
      }
      return { batch: createBatch(texts), targets: targets.slice(0, count) };
    },
  };
}
