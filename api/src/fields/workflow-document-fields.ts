// The fields of the document that a Template's `spec.data` renders to. It is no object of the API, so no schema of a kind has them;
// what reads it is templates/src/tinkerbell/workflow-document.ts, and a test holds the two together.
import type { FieldDoc } from "./field-doc.ts";

const text = (name: string, description: string): FieldDoc => ({ name, type: "string", description });
const texts = (name: string, description: string): FieldDoc => ({ name, type: "[]string", description });
const seconds = (name: string, description: string): FieldDoc => ({ name, type: "integer", description });
const required = (field: FieldDoc): FieldDoc => ({ ...field, isRequired: true });
const environment = (description: string): FieldDoc => ({
  name: "environment",
  type: "map[string]string",
  description,
});

const actionFields: readonly FieldDoc[] = [
  required(text("name", "The action's name, 1 to 199 bytes, once within its task.")),
  required(
    text(
      "image",
      "The container image that it runs: image2disk:latest of this server, or any registry's, such as quay.io/tinkerbell/actions/cexec:latest.",
    ),
  ),
  seconds("timeout", "How long it may take, in seconds. Absent or 0: the server's default, an hour."),
  texts("command", "The arguments of the container, one a line. None: the image's own."),
  texts(
    "volumes",
    "What of the machine the container sees, as source:destination[:options], such as /dev:/dev. Those of the task are there, too.",
  ),
  environment(
    "Environment variables, whose values may be of any scalar type: 0600 stays 0600. They go before the task's.",
  ),
  text("pid", "host: the container sees the machine's processes. An older form of namespaces.pid."),
  {
    ...{ name: "namespaces", type: "Object", description: "What the container shares with the machine." },
    fields: [
      text("network", "host, or none for a container without a network. Empty: host."),
      text("pid", "host: it sees the machine's processes. Empty: its own alone."),
    ],
  },
  texts("on-timeout", "Read, and not run: what an older worker ran when the action took too long."),
  texts("on-failure", "Read, and not run: what an older worker ran when the action failed."),
];

const taskFields: readonly FieldDoc[] = [
  required(text("name", "The task's name, 1 to 199 bytes, once within the workflow.")),
  required(
    text(
      "worker",
      "The worker that runs it: a MAC of the machine, or its Hardware's agentID; mostly \"{{.device_1}}\", from the Workflow's hardwareMap. One that is empty does not render.",
    ),
  ),
  texts("volumes", "Volumes of all its actions, as source:destination[:options]."),
  environment("Environment variables of all its actions."),
  {
    name: "actions",
    type: "[]Object",
    description: "What is done, one after another; the first that fails ends the workflow.",
    fields: actionFields,
  },
];

export const workflowDocumentFields: readonly FieldDoc[] = [
  text("version", 'Conventionally "0.1". Nothing reads it.'),
  required(text("name", "The workflow's name in the document, 1 to 199 bytes.")),
  text("id", "Nothing reads it."),
  seconds(
    "global_timeout",
    "How long the whole workflow may take from the start of its first action on, in seconds. Absent or 0: the server's default, a day.",
  ),
  required({
    name: "tasks",
    type: "[]Object",
    description: "One or more tasks, run one after another, each by one worker.",
    fields: taskFields,
  }),
];
