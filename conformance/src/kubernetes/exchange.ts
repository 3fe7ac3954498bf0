// A request that both servers are asked, and what is known of their answers.
import type { Question } from "./ask.ts";

// Members of answers are read by name; a name that is wrong fails the request that it is for.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Seen = (label: string) => any;

export type Exchange = {
  /** What is asked, in a few words; unique. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** `seen` gives the body of an earlier answer of the same server by its label. */
  readonly path: string | ((seen: Seen) => string);
  readonly question?: Question | ((seen: Seen) => Question);
  /** The answer's body is kept under this label for later requests. */
  readonly label?: string;
  /** It is about who owns which field: that is compared, too. */
  readonly withOwners?: boolean;
};

export const group = "/apis/tinkerbell.org/v1alpha1";
export const templates = `${group}/namespaces/default/templates`;

/** What is asked for in a POST that makes a namespace: Kubernetes wants it before anything is made there. */
export function namespaceNamed(name: string): Exchange {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  return { name: `made: namespace ${name}`, method: "POST", path: "/api/v1/namespaces", question: { body } };
}

type Member = { readonly [name: string]: unknown };

export function template(
  name: string,
  metadata: Member = {},
  data = "version: '0.1'\nname: x\nglobal_timeout: 60\ntasks: []\n",
): Member {
  return { apiVersion: "tinkerbell.org/v1alpha1", kind: "Template", metadata: { name, ...metadata }, spec: { data } };
}

export function patchOf(type: "merge" | "json" | "apply" | "strategic", body: unknown): Question {
  const types = {
    merge: "application/merge-patch+json",
    json: "application/json-patch+json",
    apply: "application/apply-patch+yaml",
    strategic: "application/strategic-merge-patch+json",
  };
  return { body, headers: { "content-type": types[type] } };
}
