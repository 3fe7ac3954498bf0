// What of an answer is the same whenever it is asked: without what clocks, counters and dice put into it, and without prose.
import type { Answer } from "./ask.ts";

export type PlainAnswer = {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
  /** How many `Warning` headers there are. */
  readonly warnings: number;
};

export type Plainness = {
  /** Owners of fields are compared where a request is about them alone: elsewhere they would only tell again what was asked before. */
  readonly withOwners: boolean;
};

type Members = { readonly [name: string]: unknown };

/** Members whose values differ by nature, and what stands for them: that they are there is compared. */
const standIns: { readonly [name: string]: string } = {
  uid: "UID",
  resourceVersion: "RESOURCE-VERSION",
  creationTimestamp: "TIME",
  deletionTimestamp: "TIME",
  continue: "TOKEN",
};

export function plainAnswer({ status, headers, text }: Answer, plainness: Plainness): PlainAnswer {
  const type = String(headers["content-type"] ?? "").replace(/;.*/, "");
  const { warning } = headers;
  const warnings = warning === undefined ? 0 : String(warning).split(/,\s*(?=\d{3} )/).length;
  return { status, type, body: plainBody(type, text, plainness), warnings };
}

function plainBody(type: string, text: string, plainness: Plainness): unknown {
  if (type !== "application/json") return text === "" ? "" : "TEXT";
  const [first, ...more] = text.trimEnd().split("\n").map(parsed);
  return more.length === 0 ? plain(first, plainness) : [first, ...more].map((line) => plain(line, plainness));
}

/** Kubernetes calls some of its lines of text JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return "NO JSON";
  }
}

function plain(value: unknown, plainness: Plainness): unknown {
  if (Array.isArray(value)) return value.map((member) => plain(member, plainness));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Members;
  if (object.kind === "Status") return plainStatus(object);
  if (object.kind === "Table") return { kind: "Table", rows: Array.isArray(object.rows) && object.rows.length };
  const kept = Object.entries(object).filter(([name, member]) => isCompared(name, member, plainness));
  return Object.fromEntries(kept.map(([name, member]) => [name, plainMember(name, member, object, plainness)]));
}

/** Not a `continue` of a list that is whole: it is there for custom resources and not for others. */
function isCompared(name: string, member: unknown, { withOwners }: Plainness): boolean {
  return (name !== "managedFields" || withOwners) && !(name === "continue" && member === "");
}

function plainMember(name: string, member: unknown, { generateName }: Members, plainness: Plainness): unknown {
  if (name === "managedFields" && Array.isArray(member)) return member.flatMap(plainOwner).sort();
  if (typeof member !== "string") return plain(member, plainness);
  if (name === "name" && generateName !== undefined) return "GENERATED";
  return standIns[name] ?? member;
}

/**
 * One owner as a text, for their order says nothing, nor does the time of one that changed nothing. Without `.` and the empty spec,
 * Kubernetes' marks of a map that is owned itself, which we do not keep.
 */
function plainOwner({ time: _, fieldsV1, ...owner }: Members): readonly string[] {
  const who = Object.entries(owner).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const leaves = leavesOf(fieldsV1).filter((path) => path !== "/f:spec");
  return leaves.length === 0 ? [] : [JSON.stringify([...who, leaves.sort()])];
}

function leavesOf(fields: unknown, above = ""): string[] {
  const members = Object.entries(fields ?? {}).filter(([name]) => name !== ".");
  if (members.length === 0) return Object.keys(fields ?? {}).length === 0 ? [above] : [];
  return members.flatMap(([name, beneath]) => leavesOf(beneath, `${above}/${name}`));
}

/** Programs read all of it but the message. */
function plainStatus({ message, details, metadata: _, ...rest }: Members): unknown {
  const { causes, uid: __, ...about } = (details ?? {}) as Members;
  const plainCauses = Array.isArray(causes)
    ? { causes: causes.map(({ reason, field }) => `${reason} ${field ?? ""}`.trim()).sort() }
    : {};
  return { ...rest, hasMessage: Boolean(message), details: { ...about, ...plainCauses } };
}
