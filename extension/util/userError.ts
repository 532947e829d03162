// The one error class whose text is meant for the user. Everything else that is thrown is a bug.

/** Where in a file an error lies; line and column are 1-based, as editors and compilers print them. */
export interface SourcePlace {
  path: string;
  line?: number;
  column?: number;
}

export interface UserErrorInit {
  /** Stable dotted id, e.g. `data.fileNotFound`. */
  code: string;
  /** What happened, one sentence. */
  message: string;
  /** What to do next, one sentence. */
  remedy?: string;
  place?: SourcePlace;
  cause?: unknown;
}

/** An error with a code, a place and a remedy, shown to the user as it is. */
export class UserError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly place: SourcePlace | undefined;

  constructor(init: UserErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'UserError';
    this.code = init.code;
    this.remedy = init.remedy;
    this.place = init.place;
  }

  static is(error: unknown, code?: string): error is UserError {
    return error instanceof UserError && (code === undefined || error.code === code);
  }
}

/** The same error with the file that it is about, where it names none. */
export function placedIn(path: string, error: unknown): unknown {
  if (!(error instanceof UserError) || error.place) return error;
  const { code, message, remedy } = error;
  return new UserError({ code, message, remedy, place: { path }, cause: error });
}

/** What a file holds, decoded; an error says which file. */
export function inFile<From, T>(path: string, decode: (content: From) => T, content: From): T {
  try {
    return decode(content);
  } catch (error) {
    throw placedIn(path, error);
  }
}

/** A message and what to do next; a message that ends in a list keeps its lines. */
export function withRemedy(message: string, remedy: string | undefined): string {
  if (!remedy) return message;
  return message.endsWith('\n') ? `${message}${remedy}` : `${message} ${remedy}`;
}

/** `path:line:column: message (code). remedy` for logs and terminals. */
export function formatUserError(error: UserError): string {
  const { place } = error;
  const at = place ? `${[place.path, place.line, place.column].filter((part) => part !== undefined).join(':')}: ` : '';
  return `${at}${withRemedy(error.message, error.remedy)} [${error.code}]`;
}

/** Thrown when an operation was cancelled by its AbortSignal; never shown as a failure. */
export class CancelledError extends Error {
  constructor() {
    super('Cancelled');
    this.name = 'CancelledError';
  }
}
