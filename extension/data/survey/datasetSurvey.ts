// Looks at all rows of a dataset once and tells what is in it. Invariant: memory has a bound, whatever the number of rows; what was
// not looked at in full is said. Parts come in the order test, validation, train, so that of a text in two parts
// the row that is found is the one of the part that matters less.
import type { DatasetReport, FoundRow, PartFacts } from '../../protocol/datasetReport.ts';
import { DATASET_PARTS, type DatasetPart } from '../../schema/source.ts';
import { fingerprint } from '../encodedStore.ts';
import { sortLabels } from '../labels.ts';
import type { BadRow, Example } from '../types.ts';
import { FoundRows } from './foundRows.ts';
import { Lengths } from './lengths.ts';
import { NearDuplicates } from './nearDuplicates.ts';
import { ScriptCounts } from './scripts.ts';
import { type SeenRow, SeenTexts } from './seenTexts.ts';
import { STYLE_ROWS, TextStyle } from './textStyle.ts';
import { VocabularyCount } from './vocabularyCount.ts';

export interface SurveyOptions {
  /** Cuts texts into tokens; absent: tokens and near-duplicates are not looked at, which is ten times as fast. */
  split?: (text: string) => string[];
  /** Rows that each finding lists. */
  keptRows: number;
  /** Whether lines of running text are rows: the same line may stand in a text again and again. */
  isRunningText?: boolean;
}

/** The order in which parts are looked at. */
export const SURVEY_ORDER: readonly DatasetPart[] = ['test', 'validation', 'train'];
const MAX_SEEN = 1 << 22;
const MAX_NEAR = 100_000;
/** Different texts that are looked at for almost equal ones: half a minute. */
const MAX_NEAR_LOOKED = 300_000;

/** What is known of one part while it is read. */
export interface PartSurvey {
  labels: Map<string, number>;
  characters: Lengths;
  tokens: Lengths;
  vocabulary: VocabularyCount;
  style: TextStyle;
  lineBreaks: number;
  unusable: number;
}

/** Where rows of validation and test are kept by label. */
export const rowsOfLabel = (label: string): string => `label ${label}`;

export class DatasetSurvey {
  readonly #options: SurveyOptions;
  readonly parts = new Map<DatasetPart, PartSurvey>();
  readonly found: FoundRows;
  readonly scripts = new ScriptCounts();
  readonly #seen = new SeenTexts(MAX_SEEN);
  readonly #near = new NearDuplicates(MAX_NEAR);
  /** Rows that near-duplicates are compared with. */
  readonly #nearRows: FoundRow[] = [];
  #nearLooked = 0;
  readonly #paths: string[] = [];
  readonly #labels: string[] = [];
  readonly #labelNumbers = new Map<string, number>();

  constructor(options: SurveyOptions) {
    this.#options = options;
    this.found = new FoundRows(options.keptRows);
  }

  addBad(row: BadRow, part: DatasetPart): void {
    const { path, line } = row;
    this.#partOf(part).unusable++;
    this.found.add(badRowCode(row), { path, line, part });
  }

  add(example: Example, part: DatasetPart): void {
    const { text, label, path, line } = example;
    const facts = this.#partOf(part);
    facts.labels.set(label, (facts.labels.get(label) ?? 0) + 1);
    facts.characters.add(text.length);
    // Which labels training has is known when it was read, which is last.
    if (part !== 'train' && label !== '') this.found.add(rowsOfLabel(label), { path, line, part });
    if (text.trimEnd().includes('\n')) facts.lineBreaks++;
    if (text.includes('\ufffd')) this.found.add('dataset.badCharacter', { path, line, part });
    if (facts.style.rows < STYLE_ROWS) {
      facts.style.add(text);
      this.scripts.add(text);
    }
    const isNew = this.#options.isRunningText || this.#meet(example, part);
    if (this.#options.split) this.#addTokens(example, facts, { part, isNew, split: this.#options.split });
  }

  /** Whether no row with the same text came before. */
  #meet({ text, label, path, line }: Example, part: DatasetPart): boolean {
    const row: SeenRow = {
      path: this.#pathNumber(path),
      line,
      label: this.#labelNumber(label),
      part: DATASET_PARTS.indexOf(part),
    };
    const first = this.#seen.meet(fingerprint(text), row);
    if (!first) return true;
    const other = { path: this.#paths[first.path], line: first.line, part: DATASET_PARTS[first.part] };
    const found: FoundRow = { path, line, part, other };
    if (first.part !== row.part) this.found.add('dataset.leak', found);
    if (first.label !== row.label) this.found.add('dataset.conflict', found);
    else if (first.part === row.part) this.found.add('dataset.duplicate', found);
    return false;
  }

  #addTokens(
    { text, path, line }: Example,
    facts: PartSurvey,
    { part, isNew, split }: { part: DatasetPart; isNew: boolean; split: (text: string) => string[] },
  ): void {
    const tokens = split(text);
    facts.tokens.add(tokens.length);
    facts.vocabulary.add(tokens);
    if (!isNew || this.#options.isRunningText || this.#nearLooked++ >= MAX_NEAR_LOOKED) return;
    const row: FoundRow = { path, line, part };
    const near = this.#near.meet(text, this.#nearRows.length);
    if (near === undefined) {
      // What nothing is compared with is not kept either.
      if (this.#near.size > this.#nearRows.length) this.#nearRows.push(row);
      return;
    }
    const { other: _other, ...first } = this.#nearRows[near];
    const code = first.part === part ? 'dataset.nearDuplicate' : 'dataset.nearLeak';
    this.found.add(code, { ...row, other: first });
  }

  #partOf(part: DatasetPart): PartSurvey {
    const known = this.parts.get(part);
    if (known) return known;
    const facts: PartSurvey = {
      labels: new Map(),
      characters: new Lengths(),
      tokens: new Lengths(),
      vocabulary: new VocabularyCount(),
      style: new TextStyle(),
      lineBreaks: 0,
      unusable: 0,
    };
    this.parts.set(part, facts);
    return facts;
  }

  /** Rows come file by file, so the last path is nearly always the one. */
  #pathNumber(path: string): number {
    if (this.#paths.at(-1) !== path) this.#paths.push(path);
    return this.#paths.length - 1;
  }

  #labelNumber(label: string): number {
    const known = this.#labelNumbers.get(label);
    if (known !== undefined) return known;
    this.#labelNumbers.set(label, this.#labels.length);
    return this.#labels.push(label) - 1;
  }

  /** All but the findings, which are made of this. */
  facts(): Omit<DatasetReport, 'findings'> {
    const training = this.parts.get('train');
    return {
      parts: DATASET_PARTS.flatMap((part) => {
        const facts = this.parts.get(part);
        return facts ? [partFacts(part, facts, training, this.#options.split !== undefined)] : [];
      }),
      scripts: this.scripts.shares(),
      ...(this.#options.split && training ? { vocabulary: training.vocabulary.facts() } : {}),
      limits: this.#limits(),
    };
  }

  #limits(): string[] {
    const limits: string[] = [];
    if (this.#seen.left > 0) {
      limits.push(
        `Equal texts are looked for among the first ${MAX_SEEN} different ones; ${this.#seen.left} came later.`,
      );
    }
    if (this.#near.left > 0) {
      limits.push(`Almost equal texts are looked for beside the first ${this.#near.size} different ones.`);
    }
    if (this.#nearLooked > MAX_NEAR_LOOKED) {
      limits.push(`Whether a text is almost equal to another is known of the first ${MAX_NEAR_LOOKED} different ones.`);
    }
    if ([...this.parts.values()].some(({ characters }) => characters.count > STYLE_ROWS)) {
      limits.push(`Scripts and ways of writing are those of the first ${STYLE_ROWS} rows of each part.`);
    }
    if ([...this.parts.values()].some(({ vocabulary }) => vocabulary.isFull)) {
      limits.push('Tokens that came after the first million different ones are not counted.');
    }
    if (!this.#options.split) limits.push('Tokens and almost equal texts are not looked at.');
    return limits;
  }
}

/** Under which code a row that cannot be used is found. */
export function badRowCode({ reason }: BadRow): string {
  return reason === 'emptyText' || reason === 'emptyLabel' ? `dataset.${reason}` : 'dataset.badRow';
}

function partFacts(
  part: DatasetPart,
  { labels, characters, tokens, vocabulary, unusable }: PartSurvey,
  training: PartSurvey | undefined,
  hasTokens: boolean,
): PartFacts {
  const isLabelled = !(labels.size === 1 && labels.has(''));
  const coverage = hasTokens && part !== 'train' && training ? vocabulary.coverageBy(training.vocabulary) : undefined;
  return {
    part,
    rows: characters.count,
    unusable,
    labels: isLabelled ? sortLabels(labels.keys()).map((label) => ({ label, count: labels.get(label) ?? 0 })) : [],
    characters: characters.percentiles(),
    characterLengths: characters.histogram(),
    ...(hasTokens ? { tokens: tokens.percentiles(), tokenLengths: tokens.histogram() } : {}),
    ...(coverage ? { coverage } : {}),
  };
}
