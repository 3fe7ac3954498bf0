// Specs of Workflows, and whole objects of the kinds beside them, in the forms that people have them.

const workflow = (more: string): string =>
  `templateRef: ubuntu\nhardwareRef: node-1\nhardwareMap: {device_1: "52:54:00:12:34:56"}\n${more}`;

export const workflowCorpus: Readonly<Record<string, string>> = {
  "a template and a machine": workflow(""),
  "without a Hardware": 'templateRef: ubuntu\nhardwareMap: {device_1: "52:54:00:12:34:56"}',
  "two machines": `templateRef: ubuntu\nhardwareRef: node-1\nhardwareMap: {device_1: "52:54:00:12:34:56", device_2: "52:54:00:12:34:57"}`,
  "values besides the machine": `templateRef: ubuntu\nhardwareRef: node-1\nhardwareMap: {device_1: "52:54:00:12:34:56", image: debian.raw.zst}`,
  "netboot allowed while it runs": workflow("bootOptions: {toggleAllowNetboot: true}"),
  "netboot by the management controller": workflow("bootOptions: {toggleAllowNetboot: true, bootMode: netboot}"),
  "an ISO by the management controller": workflow(
    "bootOptions: {bootMode: isoboot, isoURL: http://192.0.2.2/hook.iso}",
  ),
  "switched off": workflow("disabled: true"),
};

const meta = "metadata: {name: node-1-bmc, namespace: default}";
const bmc = (kind: string, spec: string): string =>
  `apiVersion: bmc.tinkerbell.org/v1alpha1\nkind: ${kind}\n${meta}\nspec:\n${spec.replace(/^/gm, "  ")}`;

/** Whole manifests. */
export const otherCorpus: Readonly<Record<string, string>> = {
  "a rule set":
    'apiVersion: tinkerbell.org/v1alpha1\nkind: WorkflowRuleSet\nmetadata: {name: all, namespace: default}\nspec: {rules: [\'{"mac": [{"prefix": "52:54"}]}\'], workflow: {template: {ref: ubuntu}}}',
  "a management controller": bmc(
    "Machine",
    "connection: {host: 192.0.2.200, authSecretRef: {name: bmc, namespace: default}, insecureTLS: true}",
  ),
  "a job that switches off": bmc(
    "Job",
    "machineRef: {name: node-1-bmc, namespace: default}\ntasks: [{powerAction: 'off'}]",
  ),
  "a job that boots from the network once": bmc(
    "Job",
    "machineRef: {name: node-1-bmc, namespace: default}\ntasks: [{oneTimeBootDeviceAction: {device: [pxe], efiBoot: true}}, {powerAction: cycle}]",
  ),
};
