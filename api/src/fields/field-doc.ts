// A field as people read of it.

export type FieldDoc = {
  readonly name: string;
  /** As `kubectl explain` writes it: `string`, `[]Object`, `map[string]string`. */
  readonly type: string;
  readonly description: string;
  readonly isRequired?: boolean;
  /** The only values that it may have. */
  readonly values?: readonly string[];
  /** Of an object, of each in a list of them, or of each in a map. */
  readonly fields?: readonly FieldDoc[];
};
