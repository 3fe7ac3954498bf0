// DELETE: preconditions, finalizers, propagation, and many at once.
import { type Exchange, patchOf, template, templates } from "../exchange.ts";

const made = (name: string, metadata: object = {}): Exchange => ({
  name: `made: ${name}`,
  method: "POST",
  path: templates,
  question: { body: template(name, { ...metadata }) },
  label: name,
});
const remove = (name: string, path: string, more: Partial<Exchange> = {}): Exchange => ({
  name,
  method: "DELETE",
  path: `${templates}${path}`,
  ...more,
});

export const deleting: readonly Exchange[] = [
  made("x1"),
  made("x2", { labels: { gone: "soon" } }),
  made("x3", { labels: { gone: "soon" } }),
  made("held", { finalizers: ["example.org/hold"] }),
  remove("what is not there", "/nobody"),
  remove("another uid", "/x1", { question: { body: { preconditions: { uid: "other" } } } }),
  remove("another version", "/x1", { question: { body: { preconditions: { resourceVersion: "1" } } } }),
  remove("a dry run of a deletion", "/x1?dryRun=All"),
  remove("a propagation that is none", "/x1?propagationPolicy=Sideways"),
  remove("a grace below nothing", "/x1?gracePeriodSeconds=-1"),
  remove("a grace that is none", "/x1?gracePeriodSeconds=soon"),
  remove("both ways to orphan", "/x1", { question: { body: { orphanDependents: true, propagationPolicy: "Orphan" } } }),
  remove("a body that is no JSON", "/x1", { question: { body: "{" } }),
  remove("a body of another kind", "/x1", {
    question: { body: { kind: "Template", apiVersion: "tinkerbell.org/v1alpha1" } },
  }),
  remove("one is deleted", "/x1", {
    question: { body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" } },
  }),
  remove("one is deleted again", "/x1"),
  remove("one that is held", "/held"),
  remove("one that is held, again", "/held"),
  {
    name: "held: a finalizer more",
    method: "PATCH",
    path: `${templates}/held`,
    question: patchOf("merge", { metadata: { finalizers: ["example.org/hold", "example.org/more"] } }),
  },
  {
    name: "held: changed",
    method: "PATCH",
    path: `${templates}/held`,
    question: patchOf("merge", { spec: { data: "changed" } }),
  },
  {
    name: "held: let go",
    method: "PATCH",
    path: `${templates}/held`,
    question: patchOf("merge", { metadata: { finalizers: null } }),
  },
  { name: "held: gone", method: "GET", path: `${templates}/held` },
  made("last", {}),
  { name: "in the foreground", method: "DELETE", path: `${templates}/last?propagationPolicy=Foreground` },
  remove("many, by a selector that is none", "?labelSelector=a+b"),
  remove("many as a dry run", "?labelSelector=gone%3Dsoon&dryRun=All"),
  remove("many", "?labelSelector=gone%3Dsoon"),
  remove("many of none", "?labelSelector=gone%3Dsoon"),
  {
    name: "many of all namespaces",
    method: "DELETE",
    path: "/apis/tinkerbell.org/v1alpha1/templates?labelSelector=gone%3Dsoon",
  },
];
