// The text of a config as a tree with places. JSON with comments and trailing commas.
import {
  type FormattingOptions,
  findNodeAtLocation,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { ConfigProblem, ProblemFix, TextEdit } from './problem.ts';

export type JsonPath = readonly (string | number)[];

const FORMATTING: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };

/** What jsonc-parser's codes mean, for people. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is not JSON.',
  InvalidNumberFormat: 'This is not a number.',
  PropertyNameExpected: 'A key in double quotes is expected here.',
  ValueExpected: 'A value is expected here.',
  ColonExpected: 'A colon is expected here.',
  CommaExpected: 'A comma is expected here.',
  CloseBraceExpected: 'A closing brace } is missing.',
  CloseBracketExpected: 'A closing bracket ] is missing.',
  EndOfFileExpected: 'Nothing may follow the end of the config.',
  UnexpectedEndOfComment: 'This comment is never closed.',
  UnexpectedEndOfString: 'This text is never closed: a double quote is missing.',
  UnexpectedEndOfNumber: 'This number ends too early.',
  InvalidUnicode: 'This is not a Unicode escape: \\u needs four hexadecimal digits.',
  InvalidEscapeCharacter: 'This escape does not exist; a backslash is written \\\\.',
  InvalidCharacter: 'This character must be escaped.',
};

export class ConfigText {
  readonly text: string;
  /** Undefined where the text holds no value at all. */
  readonly root: Node | undefined;
  readonly syntaxProblems: readonly ConfigProblem[];

  constructor(text: string) {
    this.text = text;
    const errors: ParseError[] = [];
    this.root = parseTree(text, errors, {
      allowTrailingComma: true,
      disallowComments: false,
      allowEmptyContent: false,
    });
    // Of a text that is no object from its start on, a page of HTML say, each further place says the same.
    const isObject = this.root?.type === 'object' && this.root.offset <= (errors[0]?.offset ?? 0);
    const telling = isObject ? errors : errors.slice(0, 1);
    this.syntaxProblems = telling.map((error) => syntaxProblem(text, error));
  }

  find(path: JsonPath): Node | undefined {
    return this.root && findNodeAtLocation(this.root, [...path]);
  }

  /** The value at `path`, or of the nearest parent that is there. */
  findNearest(path: JsonPath): Node | undefined {
    for (let length = path.length; length >= 0; length--) {
      const node = this.find(path.slice(0, length));
      if (node) return node;
    }
    return undefined;
  }

  /** The key of the property whose value stands at `path`. */
  findKey(path: JsonPath): Node | undefined {
    const parent = this.find(path)?.parent;
    return parent?.type === 'property' ? parent.children?.[0] : undefined;
  }

  fixByValue(title: string, path: JsonPath, value: unknown): ProblemFix {
    return { title, edits: this.#edits(path, value) };
  }

  /** Removes a key, or an item of a list, with its comma. */
  fixByRemoval(title: string, path: JsonPath): ProblemFix {
    const item = this.find(path);
    if (item?.parent?.type !== 'array') return { title, edits: this.#edits(path, undefined) };
    const items = item.parent.children ?? [];
    const at = items.indexOf(item);
    const [before, after] = [items[at - 1], items[at + 1]];
    const start = before ? before.offset + before.length : item.offset;
    const end = !before && after ? after.offset : item.offset + item.length;
    return { title, edits: [{ start, end, text: '' }] };
  }

  #edits(path: JsonPath, value: unknown): TextEdit[] {
    const edits = modify(this.text, [...path], value, { formattingOptions: FORMATTING });
    return edits.map(({ offset, length, content }) => ({ start: offset, end: offset + length, text: content }));
  }
}

export function replaceNode(title: string, node: Node, text: string): ProblemFix {
  return { title, edits: [{ start: node.offset, end: node.offset + node.length, text }] };
}

function syntaxProblem(text: string, { error, offset, length }: ParseError): ConfigProblem {
  const start = Math.min(offset, Math.max(0, text.length - 1));
  return {
    code: 'config.syntax',
    severity: 'error',
    message: SYNTAX_MESSAGES[printParseErrorCode(error)] ?? 'This is not JSON.',
    start,
    end: Math.min(text.length, Math.max(start + 1, offset + length)),
    fixes: [],
  };
}

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((changed, { start, end, text: inserted }) => changed.slice(0, start) + inserted + changed.slice(end), text);
}
