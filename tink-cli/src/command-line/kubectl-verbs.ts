// Verbs of kubectl that are not here: what they are for has another name, or is nothing that machines have.

/** What to do instead, by verb: a sentence without its full stop. */
const instead = {
  attach: "actions run without a terminal; tink logs --follow shows what they write",
  auth: "kubectl auth can-i and kubectl auth whoami ask this server as any other",
  autoscale: "each machine is an object of its own, so there is nothing to scale",
  certificate: "this server signs no certificates of others",
  "cluster-info":
    "tink version and tink api-resources say what the server is; its address is that of --server, or in the kubeconfig",
  config:
    "the server is named by --server, TINK_SERVER, or the kubeconfig that tink up writes; kubectl config edits that",
  convert: "each kind has one version; tink api-resources lists them",
  cordon: "no work comes to a machine by itself; leave out its Workflow, or set spec.disabled on it",
  cp: "the writefile action writes a file to a machine's disk, and userData gives its first boot files",
  debug: "tink explain MACHINE says what a machine waits for, and its console shows what it does",
  drain: "no work comes to a machine by itself; tink delete workflow/NAME ends what runs",
  exec: "the cexec action runs a program in the installed system; log in by SSH once it is up",
  expose: "machines are on networks of yours, and nothing stands before them",
  kustomize: "pipe it: kubectl kustomize DIR | tink apply -f -",
  plugin: "tink has no plugins",
  "port-forward": "machines are on networks of yours; log in by SSH, with -L for a port",
  proxy: "kubectl proxy works with the kubeconfig that tink up writes",
  rollout: "a Workflow runs once; tink watch workflow/NAME follows it",
  run: "apply a Workflow: tink apply -f FILE",
  scale: "each machine is an object of its own, so there is nothing to scale",
  set: "tink patch and tink edit change fields",
  taint: "machines are chosen by a Workflow's hardwareRef; tink label marks them",
  top: "tink describe hardware/NAME shows where the time of the last boot went",
  uncordon: "no work comes to a machine by itself; set spec.disabled of its Workflow to false",
} as const;

export type KubectlVerb = keyof typeof instead;

export const kubectlVerbs = Object.keys(instead) as readonly KubectlVerb[];

export function insteadOf(verb: string): string | undefined {
  return kubectlVerbs.includes(verb as KubectlVerb) ? instead[verb as KubectlVerb] : undefined;
}
