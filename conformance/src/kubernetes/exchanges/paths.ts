// What is where: discovery, what is not there, who may ask, and the core groups that ordinary clients look at first.
import { type Exchange, group } from "../exchange.ts";

const get = (path: string, more: Partial<Exchange> = {}): Exchange => ({
  name: `GET ${path}`,
  method: "GET",
  path,
  ...more,
});

export const paths: readonly Exchange[] = [
  get(group),
  get("/apis/tinkerbell.org"),
  get("/apis/tinkerbell.org/", {}),
  get("/apis/nothing.example"),
  get("/apis/nothing.example/v1"),
  get("/apis/tinkerbell.org/v9"),
  get(`${group}/nothings`),
  get(`${group}/namespaces/default/nothings`),
  get(`${group}/namespaces/default/nothings/a`),
  get("/nothing"),
  get("/api/v9"),
  get("/api"),
  { name: "DELETE /version", method: "DELETE", path: "/version" },
  { name: "POST /apis", method: "POST", path: "/apis", question: { body: {} } },
  { name: "without a token", method: "GET", path: "/apis", question: { headers: { authorization: "" } } },
  {
    name: "with a wrong token",
    method: "GET",
    path: "/apis",
    question: { headers: { authorization: "Bearer wrong" } },
  },
  { name: "the health without a token", method: "GET", path: "/healthz", question: { headers: { authorization: "" } } },
  {
    name: "the readiness without a token",
    method: "GET",
    path: "/readyz",
    question: { headers: { authorization: "" } },
  },
  {
    name: "may I list",
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    question: {
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: {
          resourceAttributes: { verb: "list", group: "tinkerbell.org", resource: "templates", namespace: "default" },
        },
      },
    },
  },
  {
    name: "a question that asks nothing",
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    question: { body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: {} } },
  },
];

const namespaces = "/api/v1/namespaces";
const secrets = `${namespaces}/default/secrets`;
const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
const secret = (name: string, more: object = {}) => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, ...more });
const lease = (name: string, spec: object = {}) => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name },
  spec,
});

export const core: readonly Exchange[] = [
  {
    name: "a namespace",
    method: "POST",
    path: namespaces,
    question: { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "site" } } },
  },
  {
    name: "a namespace again",
    method: "POST",
    path: namespaces,
    question: { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "site" } } },
  },
  {
    name: "a namespace with dots",
    method: "POST",
    path: namespaces,
    question: { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a.b" } } },
  },
  get(`${namespaces}/site`),
  get(`${namespaces}/nobodys`),
  {
    name: "a secret",
    method: "POST",
    path: secrets,
    question: { body: secret("s", { stringData: { key: "value" } }) },
    label: "s",
  },
  {
    name: "a secret that is no base64",
    method: "POST",
    path: secrets,
    question: { body: secret("t", { data: { key: "%" } }) },
  },
  {
    name: "a secret's key with a blank",
    method: "POST",
    path: secrets,
    question: { body: secret("t", { data: { "a b": "" } }) },
  },
  {
    name: "a secret's type changes",
    method: "PUT",
    path: `${secrets}/s`,
    question: { body: secret("s", { type: "example.org/other" }) },
  },
  {
    name: "a secret is replaced",
    method: "PUT",
    path: `${secrets}/s`,
    question: { body: secret("s", { data: { other: "eA==" } }) },
  },
  get(`${secrets}/s`),
  { name: "a secret goes", method: "DELETE", path: `${secrets}/s` },
  {
    name: "a lease",
    method: "POST",
    path: leases,
    question: { body: lease("l", { holderIdentity: "me", leaseDurationSeconds: 15 }) },
    label: "l",
  },
  {
    name: "a lease of no time",
    method: "POST",
    path: leases,
    question: { body: lease("m", { holderIdentity: "me", leaseDurationSeconds: 0 }) },
  },
  {
    name: "a lease is taken",
    method: "PUT",
    path: `${leases}/l`,
    question: (seen) => ({ body: { ...seen("l"), spec: { ...seen("l").spec, holderIdentity: "you" } } }),
  },
  {
    name: "a lease is taken too late",
    method: "PUT",
    path: `${leases}/l`,
    question: (seen) => ({ body: { ...seen("l"), spec: { ...seen("l").spec, holderIdentity: "third" } } }),
  },
];
