// A value that must not be shown by accident: whatever prints it prints [redacted].
import { redactedText } from "./redaction.ts";

export class Sensitive<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return redactedText;
  }

  toJSON(): string {
    return redactedText;
  }

  /** What Node prints for a value, in `inspect`, `console` and error messages of assertions. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redactedText;
  }
}
