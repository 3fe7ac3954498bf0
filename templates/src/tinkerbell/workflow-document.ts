// The YAML document a template renders to: its shape, and reading and checking it.
import { inOneGo, type Node, nearestName, offsetOf, readYamlInSteps, type Steps } from "@neverland/yaml";
import { imageReferenceProblem } from "./image-reference.ts";
import type { TemplateProblem } from "./problem.ts";
import { destinationOf, volumeFault } from "./volume.ts";
import { YamlReader } from "./yaml-reader.ts";

export interface WorkflowDocument {
  readonly version?: string;
  readonly name: string;
  /** Absent when the document does not say. */
  readonly globalTimeoutSeconds?: number;
  readonly tasks: readonly WorkflowTask[];
}
export interface WorkflowTask {
  readonly name: string;
  /** The agent that runs it. */
  readonly worker: string;
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly actions: readonly WorkflowAction[];
}
export interface WorkflowAction {
  readonly name: string;
  readonly image: string;
  /** 0 is no limit. */
  readonly timeoutSeconds: number;
  readonly command: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly pid?: string;
  readonly namespaces?: { readonly network?: string; readonly pid?: string };
  readonly onTimeout: readonly string[];
  readonly onFailure: readonly string[];
}

export type DocumentResult =
  | { readonly ok: true; readonly document: WorkflowDocument; readonly warnings: readonly TemplateProblem[] }
  | {
      readonly ok: false;
      /** The text is no YAML, so nothing else is known of it. */
      readonly isBroken?: true;
      readonly problems: readonly TemplateProblem[];
      readonly warnings: readonly TemplateProblem[];
    };

const MAX_NAME_BYTES = 199;

/** Never throws: what is wrong comes back with line and column of `text`. */
export function readWorkflowDocument(text: string): DocumentResult {
  return inOneGo(documentInSteps(text));
}

/** As {@link readWorkflowDocument}. */
export function* documentInSteps(text: string): Steps<DocumentResult> {
  const reader = new YamlReader(yield* readYamlInSteps(text));
  yield;
  const { problems, warnings } = reader;
  if (problems.length > 0) return { ok: false, isBroken: true, problems, warnings };
  const document = readRoot(reader);
  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, document, warnings };
}

/** The fields of one mapping by name; a key that is none of them is a warning, for upstream drops it without a word. */
class Fields {
  readonly #reader: YamlReader;
  readonly #path: string;
  readonly #values = new Map<string, Node | undefined>();
  readonly offset: number;

  constructor(reader: YamlReader, node: Node | undefined, path: string, known: readonly string[]) {
    this.#reader = reader;
    this.#path = path;
    this.offset = offsetOf(node);
    for (const { key, value, offset } of reader.entries(node, path)) {
      this.#values.set(key, value);
      if (known.includes(key)) continue;
      const meant = nearestName(key, known);
      const hint = meant === undefined ? `known here are ${known.join(", ")}` : `did you mean ${meant}?`;
      reader.warn(offset, this.path(key), `unknown key ${key} is ignored; ${hint}`);
    }
  }
  path(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
  node(key: string): Node | undefined {
    return this.#values.get(key);
  }
  text(key: string): string {
    return this.#reader.text(this.node(key), this.path(key));
  }
  texts(key: string): string[] {
    return this.#reader.texts(this.node(key), this.path(key));
  }
  /** Two with one destination in a list are a mistake; an action's may take the place of its task's. */
  volumes(): string[] {
    const [reader, path] = [this.#reader, this.path("volumes")];
    const taken = new Map<string, string>();
    return reader.items(this.node("volumes"), path).map((node, at) => {
      const volume = reader.text(node, `${path}[${at}]`);
      const destination = destinationOf(volume);
      const other = taken.get(destination);
      const fault = volumeFault(volume) ?? (other && `has the destination of ${other}: keep one of them`);
      if (fault !== undefined) reader.problem(offsetOf(node), `${path}[${at}]`, `${volume} ${fault}`);
      taken.set(destination, volume);
      return volume;
    });
  }
  textMap(key: string): Record<string, string> {
    return this.#reader.textMap(this.node(key), this.path(key));
  }
  seconds(key: string): number {
    return this.#reader.seconds(this.node(key), this.path(key));
  }
  problem(key: string, message: string): void {
    const node = this.node(key);
    this.#reader.problem(node === undefined ? this.offset : offsetOf(node), this.path(key), message);
  }
  /** A name of 1 to 199 bytes that no sibling has. */
  name(taken: Set<string>, what: string): string {
    const name = this.text("name");
    const sizeBytes = new TextEncoder().encode(name).length;
    if (sizeBytes < 1 || sizeBytes > MAX_NAME_BYTES) {
      this.problem("name", `${what} needs a name of 1 to ${MAX_NAME_BYTES} bytes, this has ${sizeBytes}`);
    }
    if (name !== "" && taken.has(name)) this.problem("name", `${what} has the name of another one: ${name}`);
    taken.add(name);
    return name;
  }
}

function readRoot(reader: YamlReader): WorkflowDocument {
  const fields = new Fields(reader, reader.root, "", ["version", "name", "id", "global_timeout", "tasks"]);
  const name = fields.name(new Set(), "the workflow");
  const taken = new Set<string>();
  const tasks = reader.items(fields.node("tasks"), "tasks").map((node, i) => readTask(reader, node, i, taken));
  if (tasks.length === 0) fields.problem("tasks", "the template must have at least one task");
  return {
    ...optional("version", fields.text("version")),
    name,
    ...(fields.node("global_timeout") === undefined ? {} : { globalTimeoutSeconds: fields.seconds("global_timeout") }),
    tasks,
  };
}

function readTask(reader: YamlReader, node: Node, index: number, taken: Set<string>): WorkflowTask {
  const path = `tasks[${index}]`;
  const fields = new Fields(reader, node, path, ["name", "worker", "volumes", "environment", "actions"]);
  const name = fields.name(taken, "a task");
  const worker = fields.text("worker");
  if (worker === "") fields.problem("worker", `task ${name} names no worker: after rendering, worker is empty`);
  const actionNames = new Set<string>();
  const actionNodes = reader.items(fields.node("actions"), fields.path("actions"));
  if (actionNodes.length === 0)
    reader.warn(fields.offset, fields.path("actions"), `task ${name} has no actions to run`);
  const actions = actionNodes.map((action, i) => readAction(reader, action, `${path}.actions[${i}]`, actionNames));
  return { name, worker, volumes: fields.volumes(), environment: fields.textMap("environment"), actions };
}

const ACTION_KEYS = [
  "name",
  "image",
  "timeout",
  "command",
  "on-timeout",
  "on-failure",
  "volumes",
  "environment",
  "pid",
  "namespaces",
] as const;

function readAction(reader: YamlReader, node: Node, path: string, taken: Set<string>): WorkflowAction {
  const fields = new Fields(reader, node, path, ACTION_KEYS);
  const name = fields.name(taken, "an action");
  const image = fields.text("image");
  const wrong = imageReferenceProblem(image);
  if (wrong !== undefined) fields.problem("image", `action ${name} has no valid image (${image}): ${wrong}`);
  const namespaces = new Fields(reader, fields.node("namespaces"), fields.path("namespaces"), ["network", "pid"]);
  const spaces = { ...optional("network", namespaces.text("network")), ...optional("pid", namespaces.text("pid")) };
  return {
    name,
    image,
    timeoutSeconds: fields.seconds("timeout"),
    command: fields.texts("command"),
    volumes: fields.volumes(),
    environment: fields.textMap("environment"),
    ...optional("pid", fields.text("pid")),
    ...(Object.keys(spaces).length === 0 ? {} : { namespaces: spaces }),
    onTimeout: fields.texts("on-timeout"),
    onFailure: fields.texts("on-failure"),
  };
}

function optional<K extends string>(key: K, value: string): { readonly [P in K]?: string } {
  // A computed key loses its literal type.
  return value === "" ? {} : ({ [key]: value } as { [P in K]: string });
}
