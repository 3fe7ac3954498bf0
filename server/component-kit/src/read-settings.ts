// Makes values of what was given for settings: the strongest source wins, and everything that is wrong is told at once.
import type { NamedSetting, Setting } from "./setting.ts";
import { flagName } from "./setting.ts";

/** One value as a file, the environment or the command line gave it. */
export type GivenValue = {
  readonly from: "default" | "file" | "environment" | "flag";
  /** Text from the environment and the command line; a list of it from a flag that was repeated. */
  readonly value: unknown;
  /** What it is called there: `boots.dhcp.port`, `TINK_BOOTS_DHCP_PORT`, `--dhcp-port`. */
  readonly name: string;
  /** `FILE:LINE:COLUMN` of the value, or of one item of a list; undefined where there are no lines. */
  readonly placeOf?: (item: number | undefined) => string;
};

/** By the setting's path. */
export type Given = ReadonlyMap<string, GivenValue>;

/** The values by path, with how each came to be. */
export class Settings {
  readonly #all: readonly NamedSetting[];
  readonly #given: Given;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(all: readonly NamedSetting[], given: Given, values: ReadonlyMap<string, unknown>) {
    this.#all = all;
    this.#given = given;
    this.#values = values;
  }

  get(path: string): unknown {
    return this.#values.get(path);
  }

  /** True when somebody chose the value. */
  isGiven(path: string): boolean {
    const from = this.#given.get(path)?.from;
    return from !== undefined && from !== "default";
  }

  /**
   * A setting in the words of whoever reads the message: as it was given, else as the setting beside it was.
   * @param beside The path of a setting that was given, which this one is told of.
   */
  nameOf(path: string, beside = path): string {
    const given = this.isGiven(path) ? this.#given.get(path) : undefined;
    if (given !== undefined) return given.name;
    const flag = this.#all.find((one) => one.path === path)?.setting.flag;
    const asFlag = this.#given.get(beside)?.from === "flag" || !this.isGiven(beside);
    return flag !== undefined && asFlag ? flagName(flag) : path;
  }

  /** `FILE:LINE:COLUMN: ` in front of a message about a setting that a file gave, else nothing. */
  placeOf(path: string): string {
    const place = this.#given.get(path)?.placeOf?.(undefined);
    return place === undefined ? "" : `${place}: `;
  }
}

/** @param sources Weakest first. @returns The values, and a sentence for each one that is wrong. */
export function readSettings(
  all: readonly NamedSetting[],
  sources: readonly Given[],
): { readonly settings: Settings; readonly problems: readonly string[] } {
  const given = new Map(sources.flatMap((source) => [...source]));
  const values = new Map<string, unknown>();
  const problems: string[] = [];
  for (const { path, setting } of all) {
    const one = given.get(path);
    const typed = one === undefined ? { value: undefined } : typedValue(setting, one);
    const result = "expected" in typed ? undefined : setting.schema.safeParse(typed.value);
    if (result?.success === true) values.set(path, result.data);
    else if (one === undefined) problems.push(`${path} is needed`);
    else problems.push(...(result?.error.issues ?? [wrongForm(typed)]).map((issue) => sentenceOf(issue, one)));
  }
  return { settings: new Settings(all, given, values), problems };
}

type Typed = { readonly value: unknown } | { readonly expected: string };
type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

const numeral = /^-?\d+(\.\d+)?$/;
/** As Go's `strconv.ParseBool` takes them, which reads such flags and variables upstream. */
const truths: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((word) => [word, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((word) => [word, false] as const),
]);

/** Text becomes what the setting is; what a file has must be that already. */
function typedValue({ form, separator = "," }: Setting, { from, value }: GivenValue): Typed {
  const isText = from === "environment" || from === "flag";
  switch (form) {
    case "text":
      return typeof value === "string" ? { value } : { expected: "expected text" };
    case "number":
      if (isText && numeral.test(String(value))) return { value: Number(value) };
      if (!isText && typeof value === "string" && numeral.test(value))
        return { expected: "expected a number: write it without quotes" };
      // Which number is expected, the schema says.
      return { value: typeof value === "number" ? value : Number.NaN };
    case "truth":
      if (typeof value === "boolean") return { value };
      return isText && truths.has(String(value))
        ? { value: truths.get(String(value)) }
        : { expected: "expected true or false" };
    case "list":
      if (from === "environment")
        return {
          value: String(value)
            .split(separator)
            .map((item) => item.trim())
            .filter((item) => item !== ""),
        };
      return Array.isArray(value) ? { value } : { expected: "expected a list" };
  }
}

function wrongForm(typed: Typed): Issue {
  return { path: [], message: "expected" in typed ? typed.expected : "" };
}

/** `--boot-listen 10.0.0.999: expected …`, `config.yaml:3:11: boots.listen 10.0.0.999: expected …` */
function sentenceOf({ path: [item], message }: Issue, { name, value, placeOf }: GivenValue): string {
  const at = typeof item === "number" ? item : undefined;
  const place = placeOf?.(at);
  const shown = at !== undefined && Array.isArray(value) ? value[at] : value;
  const what = typeof shown === "object" ? `${name}: ${message}` : `${name} ${String(shown)}: ${message}`;
  return place === undefined ? what : `${place}: ${what}`;
}
