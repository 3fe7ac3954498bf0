// Reads an action's settings from its environment, and says everything that is wrong with them at once.
import { ActionError } from "./action-error.ts";

/** Text of the environment by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

// What Go's strconv.ParseBool takes: templates that worked before must go on working.
const yes = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const no = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** Reads variable after variable, keeps what is wrong, and throws it all in `check`, before any value is used. */
export class EnvironmentReader {
  readonly #environment: Environment;
  readonly #problems: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** An empty variable counts as one that is not set: templates render missing values as "". */
  optional(name: string): string | undefined {
    const value = this.#environment[name];
    return value === "" ? undefined : value;
  }

  /** @param expected What it must hold, to be read after "expected". */
  required(name: string, expected: string): string {
    const value = this.optional(name);
    if (value === undefined) this.wrong(name, expected);
    return value ?? "";
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    if (!yes.has(value) && !no.has(value)) this.wrong(name, "true or false");
    return yes.has(value);
  }

  integer(name: string, range: { readonly min: number; readonly max: number; readonly fallback?: number }): number {
    const value = this.optional(name);
    if (value === undefined && range.fallback !== undefined) return range.fallback;
    const number = /^\d{1,15}$/.test(value ?? "") ? Number(value) : Number.NaN;
    if (!(number >= range.min && number <= range.max))
      this.wrong(name, `a whole number from ${range.min} to ${range.max}`);
    return number;
  }

  /** Permission bits in octal, as chmod takes them: `0644`, `644`, `0o644`. */
  fileMode(name: string): number {
    const digits = /^(?:0o)?([0-7]{1,5})$/.exec(this.optional(name) ?? "")?.[1] ?? "";
    const mode = Number.parseInt(digits, 8);
    if (!(mode <= 0o7777)) this.wrong(name, 'permission bits in octal, such as "0644"');
    return mode;
  }

  /** Notes a fault of a variable that the caller has found. */
  wrong(name: string, expected: string): void {
    const value = this.#environment[name];
    const given = value === undefined ? "it is not set" : `it is ${JSON.stringify(value)}`;
    this.#problems.push(`${name}: ${given}; expected ${expected}`);
  }

  /** @throws {ActionError} `environment`, when anything that was read is wrong. */
  check(exitCode = 1): void {
    if (this.#problems.length === 0) return;
    const sentence = `The action's environment is wrong. ${this.#problems.join(". ")}. Correct it in the template.`;
    throw new ActionError("environment", sentence, { exitCode });
  }
}
