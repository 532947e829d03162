// A look at one part of the data: how it is read, labels, lengths, and rows before and after cleaning and splitting.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPreparation } from '../data/cleaning.ts';
import { sortLabels } from '../data/labels.ts';
import { createLearner } from '../data/learnedText.ts';
import { openData } from '../data/openData.ts';
import { isBadRow } from '../data/readItem.ts';
import { createPieceCleaner } from '../data/runningText.ts';
import type { Example } from '../data/types.ts';
import type { DataPreview } from '../protocol/engineContract.ts';
import { isSubword, type ResolvedExperiment } from '../schema/resolved.ts';
import type { Tokenizer } from '../text/types.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { createRequest } from './datasets.ts';
import { loadData, loadLabelled, readTexts } from './loadData.ts';
import { settleText } from './settledTokenizer.ts';

/** Reading stops after this many rows; the preview says so. */
const MAX_ROWS_READ = 100_000;
const MAX_BAD_ROWS = 100;

export interface PreviewRequest {
  part: 'train' | 'validation' | 'test';
  maxRows: number;
}

export async function previewData(
  experiment: ResolvedExperiment,
  configDir: string,
  { part, maxRows }: PreviewRequest,
  options: LoadOptions,
): Promise<DataPreview> {
  const tokenizer = await previewTokenizer(experiment, configDir, options);
  const preview = new PreviewBuilder(experiment, maxRows, tokenizer);
  const { train, validation, test } = experiment.data;
  if (part === 'validation' && 'split' in validation) {
    if (experiment.task === 'languageModel') throw noHeldOutPreview(validation.split);
    const { labels, validation: set } = await loadLabelled(experiment, configDir, options);
    const shown = Array.from({ length: Math.min(maxRows, set.count) }, (_, index) => index);
    const texts = await readTexts(train, configDir, { set, indices: shown }, options);
    for (let index = 0; index < set.count; index++) {
      preview.addEncoded(
        { ...set.place(index), text: texts[index] ?? '', label: labels[set.labels[index]] },
        set.length(index),
      );
    }
    return preview.build([`Held out of the training data: a share of ${validation.split}, stratified.`], true);
  }
  const source = part === 'train' ? train : part === 'test' ? test : (validation as typeof train);
  if (!source)
    throw new UserError({ code: 'data.noTest', message: 'This config has no test data.', remedy: 'Set data.test.' });
  const opened = await openData(await createRequest(source, configDir, ['data', part]), options.files);
  for await (const items of opened.read()) {
    for (const item of items) {
      if (isBadRow(item)) preview.addBad(item);
      else preview.add(item);
    }
    if (options.signal.aborted) throw new CancelledError();
    if (preview.rowsRead >= MAX_ROWS_READ) return preview.build(opened.how, false);
    await nextTurn();
  }
  return preview.build(opened.how, true);
}

/** Words are seen without a vocabulary; subwords are learned first, as training would. */
async function previewTokenizer(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
): Promise<Tokenizer | undefined> {
  const { tokenizer } = await settleText(experiment, configDir, options);
  const { text } = experiment;
  if (tokenizer || 'file' in text.tokenizer || !isSubword(text.tokenizer.type)) return tokenizer;
  return (await loadData(experiment, configDir, options)).tokenizer;
}

function noHeldOutPreview(share: number): UserError {
  return new UserError({
    code: 'data.heldOutText',
    message: `The validation data is the last ${share * 100} % of the training text.`,
    remedy: 'Preview the training data.',
  });
}

class PreviewBuilder {
  readonly #maxRows: number;
  readonly #clean: (text: string) => string;
  readonly #split: (text: string) => string[];
  readonly #rows: DataPreview['rows'] = [];
  readonly #badRows: DataPreview['badRows'] = [];
  readonly #labels = new Map<string, number>();
  readonly #lengths: number[] = [];
  rowsRead = 0;

  constructor({ task, text }: ResolvedExperiment, maxRows: number, tokenizer: Tokenizer | undefined) {
    this.#maxRows = maxRows;
    const isRunningText = task === 'languageModel';
    this.#clean = isRunningText ? createPieceCleaner(text) : createPreparation(text);
    this.#split = tokenizer
      ? (cleaned) => tokenizer.encodePiece(cleaned).tokens
      : createLearner(text.tokenizer, { keepsLineBreaks: isRunningText }).cut;
  }

  addBad({ path, line, reason, detail }: { path: string; line: number; reason: string; detail: string }): void {
    this.rowsRead++;
    if (this.#badRows.length < MAX_BAD_ROWS) this.#badRows.push({ path, line, reason: detail || reason });
  }

  add(example: Example): void {
    const cleaned = this.#clean(example.text);
    const tokens = this.#split(cleaned);
    this.#count(example.label, tokens.length);
    if (this.#rows.length < this.#maxRows) this.#rows.push({ ...example, cleaned, tokens });
  }

  /** An example whose length is known already; its text may be missing where it is not shown. */
  addEncoded(example: Example, length: number): void {
    this.#count(example.label, length);
    if (this.#rows.length >= this.#maxRows) return;
    const cleaned = this.#clean(example.text);
    this.#rows.push({ ...example, cleaned, tokens: this.#split(cleaned) });
  }

  #count(label: string, length: number): void {
    this.rowsRead++;
    if (label !== '') this.#labels.set(label, (this.#labels.get(label) ?? 0) + 1);
    this.#lengths.push(length);
  }

  build(how: string[], isComplete: boolean): DataPreview {
    const lengths = Float64Array.from(this.#lengths).sort();
    const at = (share: number): number =>
      lengths[Math.min(lengths.length - 1, Math.floor(share * lengths.length))] ?? 0;
    return {
      how,
      rows: this.#rows,
      rowsRead: this.rowsRead,
      isComplete,
      labels: sortLabels(this.#labels.keys()).map((label) => ({ label, count: this.#labels.get(label) ?? 0 })),
      tokensPerText: { median: at(0.5), p95: at(0.95), max: lengths.at(-1) ?? 0 },
      badRows: this.#badRows,
    };
  }
}
