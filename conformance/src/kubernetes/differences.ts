// Where the answers differ from kube-apiserver's by decision. docs/resource-api.md has the same list ("Where it is not Kubernetes").

export type Difference = {
  /** A sentence or two of that page. */
  readonly why: string;
  /** The exchanges whose answers differ by it. */
  readonly shownBy: readonly string[];
};

export const differences: readonly Difference[] = [
  {
    why: "A path that is none, and a type that cannot be answered in, are refused with a Status in JSON, where Kubernetes answers with a line of text.",
    shownBy: [
      "GET /apis/nothing.example",
      "GET /apis/nothing.example/v1",
      "GET /apis/tinkerbell.org/v9",
      "GET /apis/tinkerbell.org/v1alpha1/nothings",
      "GET /apis/tinkerbell.org/v1alpha1/namespaces/default/nothings",
      "GET /apis/tinkerbell.org/v1alpha1/namespaces/default/nothings/a",
      "GET /nothing",
      "one as something else",
    ],
  },
  {
    why: "Without a token it is 401 everywhere but at `/healthz`, `/livez` and `/readyz`, where Kubernetes knows anonymous users and answers them with 403.",
    shownBy: ["without a token"],
  },
  {
    why: "A method that a path does not have is 405 with a Status, where Kubernetes answers with 400, 404, 409 or, at discovery, as to a GET.",
    shownBy: ["POST /apis", "POST to an object", "POST to a kind over all namespaces", "a PUT of a list"],
  },
  {
    why: "What the caller got wrong is 400, 409 or 422: a `resourceVersion` that is no number, or stands in a create, is 500 in Kubernetes.",
    shownBy: [
      "a resourceVersion",
      "one with a version that is none",
      "a watch from a version that is none",
      "a PUT of a version that is none",
    ],
  },
  {
    why: "A value of the wrong type is 422 with the field that has it, where Kubernetes answers 400 and names a Go type.",
    shownBy: ["a label that is a number", "a secret that is no base64"],
  },
  {
    why: "An object of another kind than the path's is 400 with both kinds, where Kubernetes answers 422.",
    shownBy: ["another kind", "a PUT of another kind", "a merge of another kind"],
  },
  {
    why: "`kind` and `apiVersion` of a POST or PUT may be left out: the path says them.",
    shownBy: ["no kind", "no apiVersion"],
  },
  {
    why: "Unknown fields are kept, with a `Warning`; Kubernetes drops them. With `fieldValidation=Strict` both refuse them.",
    shownBy: ["an unknown field with Warn", "an unknown field with Ignore"],
  },
  {
    why: "A namespace needs no making: the first object in it makes it, with whatever name namespaces may have.",
    shownBy: ["POST into a namespace that is none"],
  },
  {
    why: "Causes name the member that is wrong (`metadata.labels[rack]`, `metadata.finalizers[0]`), each once; Kubernetes names the whole map or list, and repeats itself.",
    shownBy: [
      "a label's value with a blank",
      "a finalizer with a blank",
      "an owner without a uid",
      "a merge of a bad label",
      "held: a finalizer more",
    ],
  },
  {
    why: "`details.kind` is the kind in a refusal by the object's rules, and its plural in all others; Kubernetes has it otherwise in some.",
    shownBy: ["a PUT without a version", "another uid", "another version", "a question that asks nothing"],
  },
  {
    why: "A `continue` that this server did not make is 410 `Expired`, so that a client lists again; Kubernetes answers 400.",
    shownBy: ["a token that is none"],
  },
  {
    why: "A request is checked before the object is looked for: a PUT without a version is 422 also where nothing is of that name, a patch that is none 400.",
    shownBy: ["a PUT of what is not there, without a version"],
  },
  {
    why: "A JSON patch whose operations are none is 400 with the operation that is wrong; Kubernetes answers 422 without a cause.",
    shownBy: ["a JSON patch of an operation that is none"],
  },
  {
    why: "Every object has a `generation`, those of the core group and leases among them.",
    shownBy: [
      "made: namespace reading",
      "a namespace",
      "GET /api/v1/namespaces/site",
      "a secret",
      "a secret is replaced",
      "GET /api/v1/namespaces/default/secrets/s",
      "a lease",
      "a lease is taken",
    ],
  },
  { why: "A write to an object that is being deleted has a `Warning`.", shownBy: ["held: changed"] },
  { why: "A review has no owners of fields, and says why what is allowed is allowed.", shownBy: ["may I list"] },
  {
    why: "DELETE of a kind over all namespaces is served; Kubernetes has it in one namespace alone.",
    shownBy: ["many of all namespaces"],
  },
  {
    why: "Discovery lists the kinds of this server, without `storageVersionHash`, and with no address beside the one that was asked.",
    shownBy: ["GET /api", "GET /apis/tinkerbell.org/v1alpha1"],
  },
  { why: "A finalizer without a domain is taken without a `Warning`.", shownBy: ["a finalizer without a domain"] },
];
