// Words of Chinese, which writes no spaces between them. A segmenter is loaded by whoever reads a config that names one (it is a large file), and
// used from then on. Invariant: its words depend on the text alone, so the run's config says all that a later reader has to know.

type Segmenter = (text: string) => string[];

let loaded: Segmenter | undefined;

export function useSegmenter(segmenter: Segmenter): void {
  loaded = segmenter;
}

export const hasSegmenter = (): boolean => loaded !== undefined;

/** The text with spaces between its words; ends of lines stay. */
export function segment(text: string): string {
  if (!loaded) throw new Error('The segmenter was not loaded before a text came');
  return loaded(text).join(' ');
}
