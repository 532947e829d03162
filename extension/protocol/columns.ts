// Columns of a data file, as an editor offers them.

/** A column of a data file. */
export interface OfferedColumn {
  /** Its name, or its 0-based number where columns have none. */
  column: string | number;
  /** What stands there in the first row. */
  example: string;
}

/** A file and how it is read, where that is said. */
export interface ColumnsRequest {
  /** Absolute. */
  path: string;
  format?: string;
  delimiter?: string;
  header?: boolean;
}
