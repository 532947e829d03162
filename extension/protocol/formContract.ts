// What the extension host offers the form of a config. The page draws what it is told: which fields there are, what stands in the text,
// what counts where nothing does. Parameters come from a page, so the host checks them at run time.

export type FormPath = readonly (string | number)[];
export type FormScalar = string | number | boolean;

/** A problem of the config, at the field that it is about. */
export interface FormProblem {
  severity: 'error' | 'warning';
  message: string;
  /** Titles of the quick fixes. */
  fixes: readonly string[];
}

export interface FormOption {
  value: string;
  description?: string;
}

export interface FormBranch {
  label: string;
  description?: string;
}

/** How a value is shown and changed. `value` is absent where the key is, `byDefault` where nothing counts in its place. */
export type FormControl =
  | { kind: 'text'; value?: string; byDefault?: string; isLong: boolean; canBeNumber: boolean }
  | {
      kind: 'number';
      /** As it is written. */
      value?: string;
      byDefault?: string;
      isInteger: boolean;
      /** What may be typed, in words. */
      expected: string;
    }
  | { kind: 'flag'; value?: boolean; byDefault?: boolean }
  | { kind: 'choice'; value?: string; byDefault?: string; options: readonly FormOption[] }
  | { kind: 'list'; items: readonly FormField[]; byDefault?: string; adds: ListAddition }
  | { kind: 'map'; items: readonly FormField[]; keyWord: string }
  /** `isOff`: not there, and its absence means something of its own. */
  | { kind: 'group'; fields: readonly FormField[]; isOff: boolean }
  | {
      kind: 'variant';
      branches: readonly FormBranch[];
      /** Which branch the text has; absent where the key is. */
      chosen?: number;
      /** Which one counts without the key; absent where none does. */
      byDefault?: number;
      /** Of the branch that counts. One of the path of the variant itself stands for its whole value. */
      fields: readonly FormField[];
    }
  /** What no control can show, as it is written. */
  | { kind: 'other'; value: string };

/** How a list grows: by a text, by one of the options that are left, by a new item with fields; or not at all. */
export type ListAddition =
  | { kind: 'text' }
  | { kind: 'choice'; options: readonly FormOption[] }
  | { kind: 'item' }
  | { kind: 'none' };

export interface FormField {
  path: FormPath;
  label: string;
  description?: string;
  isRequired: boolean;
  /** One of a list or a map: it goes away where others go back to their default. */
  isItem: boolean;
  /** Whether the key stands in the text. */
  isSet: boolean;
  problems: readonly FormProblem[];
  control: FormControl;
}

export interface FormState {
  fileName: string;
  /** All of the config: of the last whole text while `broken` is set. */
  root: FormField;
  /** Why the text is no config now, and where; 1-based. */
  broken?: { message: string; line: number };
  /** Whether there is no value in the text yet. */
  isBlank: boolean;
  canTrain: boolean;
  whyNot?: string;
}

/** A change that the page asks for. */
export type FormChange =
  | { kind: 'set'; path: FormPath; value: FormScalar }
  /** Removes a key, or an item of a list. */
  | { kind: 'reset'; path: FormPath }
  /** Switches a union to another branch; what both know stays. */
  | { kind: 'choose'; path: FormPath; branch: number }
  /** Switches an optional group on, or adds an item to a list: of a map by its `key`, of a list of texts by its `value`. */
  | { kind: 'add'; path: FormPath; key?: string; value?: string }
  | { kind: 'move'; path: FormPath; by: number }
  /** Writes the smallest config into a text that holds none. */
  | { kind: 'start' };

export interface FormContract {
  calls: {
    state(params: Record<string, never>): FormState;
    change(params: { change: FormChange }): void;
    /** Applies a quick fix of a problem. */
    fix(params: { message: string; title: string }): void;
    /** Shows the text with the value at `path` selected, or the place where it breaks. */
    showText(params: { path?: FormPath }): void;
    save(params: Record<string, never>): void;
    /** Saves and trains; settles when the run has begun or could not. */
    train(params: Record<string, never>): void;
  };
  events: {
    changed: FormState;
  };
}
