// What can be asked of each kind, path by path, before it is said in either version of OpenAPI: the verbs are those of discovery.
import { apiRootOf, type KindInfo, type Subresource } from "@neverland/api";
import { type Verb, verbsOf } from "../discovery/verbs.ts";

export type QueryParameter = { readonly name: string; readonly type: "string" | "boolean" | "integer" };

export type Operation = {
  readonly path: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Unique among all. */
  readonly id: string;
  /** As `x-kubernetes-action` calls the verb. */
  readonly action: string;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly QueryParameter[];
  readonly body: "object" | "patch" | "options" | undefined;
  readonly answer: "object" | "list" | "status" | "text";
};

/** A watch is a list with a flag. */
type AskedVerb = Exclude<Verb, "watch">;
type About = Pick<Operation, "method" | "action" | "body" | "answer" | "queryParameters">;

const text = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "string" }));
const flags = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "boolean" }));
const numbers = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "integer" }));

/** kubectl takes PATCH's word for every write: without `dryRun` it tries nothing out, without `fieldValidation` it checks fields itself. */
const writing = text("dryRun", "fieldManager", "fieldValidation");
const selecting = text("labelSelector", "fieldSelector");
const deleting = [...text("dryRun", "propagationPolicy"), ...flags("orphanDependents")];
const listing = [
  ...selecting,
  ...numbers("limit"),
  ...text("continue", "resourceVersion", "resourceVersionMatch"),
  ...flags("watch", "allowWatchBookmarks", "sendInitialEvents"),
  ...numbers("timeoutSeconds"),
];

const verbs: Readonly<Record<AskedVerb, About>> = {
  get: { method: "get", action: "get", body: undefined, answer: "object", queryParameters: [] },
  list: { method: "get", action: "list", body: undefined, answer: "list", queryParameters: listing },
  create: { method: "post", action: "post", body: "object", answer: "object", queryParameters: writing },
  update: { method: "put", action: "put", body: "object", answer: "object", queryParameters: writing },
  patch: {
    ...{ method: "patch", action: "patch", body: "patch", answer: "object" },
    queryParameters: [...writing, ...flags("force")],
  },
  delete: { method: "delete", action: "delete", body: "options", answer: "status", queryParameters: deleting },
  deletecollection: {
    ...{ method: "delete", action: "deletecollection", body: "options", answer: "list" },
    queryParameters: [...selecting, ...deleting],
  },
};
const log: About = {
  ...{ ...verbs.get, answer: "text" },
  queryParameters: [...flags("follow"), ...flags("previous"), ...numbers("tailLines"), ...text("action")],
};

export function operationsOf(kind: KindInfo): Operation[] {
  const root = `${apiRootOf(kind)}/`;
  const all = `${root}${kind.plural}`;
  const collection = kind.scope === "cluster" ? all : `${root}namespaces/{namespace}/${kind.plural}`;
  const served = verbsOf(kind).filter((verb) => verb !== "watch");
  const ofMany = served.filter((verb) => verb === "list" || verb === "deletecollection");
  const make = (path: string, end: string, asked: readonly AskedVerb[], about = verbs) =>
    asked.map((verb) => operation(path, `${verb}${kind.kind}${end}`, about[verb]));
  return [
    ...make(collection, "", [...ofMany, ...served.filter((verb) => verb === "create")]),
    ...(collection === all ? [] : make(all, "ForAllNamespaces", ofMany)),
    ...make(`${collection}/{name}`, "", served.filter(isOfOne)),
    ...kind.subresources.flatMap((name) =>
      make(`${collection}/{name}/${name}`, capital(name), verbsOf(kind, name).filter(isOfOne), aboutBeneath(name)),
    ),
  ];
}

function operation(path: string, id: string, about: About): Operation {
  return { path, id, pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name), ...about };
}

function isOfOne(verb: Verb): verb is "get" | "update" | "patch" | "delete" {
  return verb === "get" || verb === "update" || verb === "patch" || verb === "delete";
}

function aboutBeneath(subresource: Subresource): typeof verbs {
  return subresource === "log" ? { ...verbs, get: log } : verbs;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
