// Settings of one YAML text, each with the place it has there; what is no setting is told with its place and the nearest name.

import { isObject } from "@neverland/api";
import type { Given, GivenValue } from "@neverland/component-kit/read-settings.ts";
import type { NamedSetting } from "@neverland/component-kit/setting.ts";
import { isMap, isScalar, nearestName, offsetOf, readYaml, type YamlDocument } from "@neverland/yaml";

/** Of a name or value that is quoted, in characters: a file that holds something else is not told to everybody who reads the log. */
const mostQuoted = 60;
/** On top of a file; one without it is of the first version, which is this. */
const configVersion = "config.neverland.dev/v1alpha1";

export type SettingsInFile = { readonly given: Given; readonly problems: readonly string[] };

/** @param file As it is to be called in messages. */
export function settingsInFile(settings: readonly NamedSetting[], file: string, text: string): SettingsInFile {
  const read = readYaml(text);
  if (!read.ok)
    return {
      given: new Map(),
      problems: read.faults.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`),
    };
  return new FileReader(settings, file, read.document).read();
}

class FileReader {
  readonly #paths: ReadonlySet<string>;
  /** By the path of a section: the names in it. */
  readonly #sections: ReadonlyMap<string, readonly string[]>;
  readonly #file: string;
  readonly #document: YamlDocument;
  readonly #given = new Map<string, GivenValue>();
  readonly #problems: string[] = [];

  constructor(settings: readonly NamedSetting[], file: string, document: YamlDocument) {
    this.#paths = new Set(settings.map(({ path }) => path));
    this.#sections = sectionsOf(settings);
    this.#file = file;
    this.#document = document;
  }

  read(): SettingsInFile {
    const { value } = this.#document;
    if (isObject(value)) this.#section([], value);
    else if (value !== null)
      this.#refuse([], `expected settings by name, such as boots: or apiVersion: ${configVersion}`);
    return { given: this.#given, problems: this.#problems };
  }

  #section(above: readonly string[], values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) {
      const at = [...above, name];
      const path = at.join(".");
      if (path === "apiVersion") this.#version(value);
      else if (this.#paths.has(path)) this.#setting(at, value);
      else if (!this.#sections.has(path)) this.#unknown(above, name);
      else if (isObject(value)) this.#section(at, value);
      // A section in which everything is commented out.
      else if (value !== null)
        this.#refuse(at, `${path} is a section: expected settings in it, such as ${this.#names(at)}`);
    }
  }

  #setting(at: readonly string[], value: unknown): void {
    const path = at.join(".");
    if (value === null) {
      this.#refuse(at, `${path} has no value: give it one, or leave it out`);
      return;
    }
    const placeOf = (item: number | undefined): string => this.#place(item === undefined ? at : [...at, item]);
    this.#given.set(path, { from: "file", value, name: path, placeOf });
  }

  #version(value: unknown): void {
    if (value !== configVersion)
      this.#refuse(["apiVersion"], `apiVersion ${quoted(String(value))}: expected ${configVersion}`);
  }

  #unknown(above: readonly string[], name: string): void {
    const prefix = above.map((one) => `${one}.`).join("");
    const meant = nearestName(name, this.#sections.get(above.join(".")) ?? []) ?? this.#elsewhere(name);
    const help =
      meant === undefined
        ? `there are ${this.#names(above)}`
        : `did you mean ${meant.includes(".") ? meant : prefix + meant}?`;
    this.#problems.push(`${this.#keyPlace(above, name)}: ${prefix}${quoted(name)} is no setting; ${help}`);
  }

  /** A setting of this very name in another section: `dhcp` at the top is `boots.dhcp`. */
  #elsewhere(name: string): string | undefined {
    return [...this.#paths, ...this.#sections.keys()].find((path) => path.endsWith(`.${name}`));
  }

  #names(section: readonly string[]): string {
    return (this.#sections.get(section.join(".")) ?? []).join(", ");
  }

  #refuse(at: readonly string[], message: string): void {
    this.#problems.push(`${this.#place(at)}: ${message}`);
  }

  #place(at: readonly PropertyKey[]): string {
    const { line, column } = this.#document.placeOf(at);
    return `${this.#file}:${line}:${column}`;
  }

  /** Of the name itself: what is below it may begin lines later. */
  #keyPlace(above: readonly string[], name: string): string {
    let node: unknown = this.#document.root;
    for (const one of above) node = pairOf(node, one)?.value;
    const key = pairOf(node, name)?.key;
    if (!isScalar(key)) return this.#place([...above, name]);
    const { line, column } = this.#document.placeAt(offsetOf(key));
    return `${this.#file}:${line}:${column}`;
  }
}

function quoted(text: string): string {
  return text.length > mostQuoted ? `${text.slice(0, mostQuoted)}…` : text;
}

function pairOf(node: unknown, name: string) {
  return isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
}

function sectionsOf(settings: readonly NamedSetting[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  for (const { path } of settings) {
    const names = path.split(".");
    for (const [depth, name] of names.entries()) {
      const inSection = sections.getOrInsertComputed(names.slice(0, depth).join("."), () => []);
      if (!inSection.includes(name)) inSection.push(name);
    }
  }
  return sections;
}
