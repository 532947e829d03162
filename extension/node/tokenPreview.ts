// Texts as a config's tokenizer cuts them: the training data is read for its vocabulary once, then texts are quick.
import { dirname, join } from 'node:path';
import type { PlacedDataset } from '../data/dataset/openDataset.ts';
import type { Advice } from '../protocol/advice.ts';
import type { TokenPreview } from '../protocol/datasetTable.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { type Tokenizer, UNK_ID } from '../text/types.ts';
import { experimentText } from './advise/experimentText.ts';
import type { LoadOptions } from './dataReader.ts';
import { encodeText } from './encodeText.ts';
import { loadData } from './loadData.ts';
import { openExperimentText, readConfigText } from './openExperiment.ts';

/** More tokens than anybody looks at. */
const MAX_TOKENS = 2000;

interface KnownTokenizer {
  key: string;
  experiment: ResolvedExperiment;
  tokenizer: Tokenizer;
}

/** Remembers the tokenizer that was used last. */
export class TokenPreviews {
  #known: KnownTokenizer | undefined;

  /** Of the config at a path. */
  async ofConfig(configPath: string, text: string, options: LoadOptions): Promise<TokenPreview> {
    return this.#preview({ configPath, configText: await readConfigText(configPath) }, text, options);
  }

  /** Of the config that a new experiment with this dataset would have. */
  async ofDataset(
    { path, folder, manifest }: PlacedDataset,
    { advice, text }: { advice: Advice; text: string },
    options: LoadOptions,
  ): Promise<TokenPreview> {
    const configText = experimentText({ reference: path, manifest }, advice);
    return this.#preview({ configPath: join(folder, 'new.gatescope.json'), configText }, text, options);
  }

  async #preview(
    { configPath, configText }: { configPath: string; configText: string },
    text: string,
    options: LoadOptions,
  ): Promise<TokenPreview> {
    const key = `${configPath}\n${configText}`;
    if (this.#known?.key !== key) {
      const experiment = await openExperimentText(configText, configPath);
      const { tokenizer } = await loadData(experiment, dirname(configPath), options);
      this.#known = { key, experiment, tokenizer };
    }
    return previewOf(this.#known, text);
  }

  /** The data is another. */
  forget(): void {
    this.#known = undefined;
  }
}

function previewOf({ experiment, tokenizer }: KnownTokenizer, text: string): TokenPreview {
  const { maxLength, ...uncut } = experiment.text;
  const { ids, tokens } = encodeText({ experiment: { ...experiment, text: uncut }, tokenizer }, text);
  return {
    tokenizer: 'file' in experiment.text.tokenizer ? tokenizer.model : experiment.text.tokenizer.type,
    vocabulary: tokenizer.vocabularySize,
    maxLength: experiment.task === 'languageModel' ? undefined : maxLength,
    count: ids.length,
    unknown: ids.reduce((sum, id) => sum + (id === UNK_ID ? 1 : 0), 0),
    tokens: tokens.slice(0, MAX_TOKENS).map((token, at) => ({ token, id: ids[at], isUnknown: ids[at] === UNK_ID })),
  };
}
