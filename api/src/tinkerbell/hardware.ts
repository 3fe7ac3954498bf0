// Hardware (tinkerbell.org/v1alpha1): one machine, its interfaces, and what is installed and served on it.
// Field names and validations are upstream's; unknown fields are kept.
import { z } from "zod";
import { conditionSchema, observedGeneration } from "../goal-condition.ts";
import type { Resource } from "../resource.ts";
import { dhcpSchema } from "./hardware-dhcp.ts";
import { metadataSchema } from "./hardware-metadata.ts";
import { netbootSchema } from "./hardware-netboot.ts";

const text = z.string().optional();
const flag = z.boolean().optional();
const integer = z.int().optional();

const interfaceSchema = z.looseObject({
  netboot: netbootSchema.nullish().describe("Whether and what the machine boots over the network by this interface."),
  isoboot: z
    .looseObject({
      sourceISO: text.describe("The URL of an ISO image for this machine. This server does not serve ISO images yet."),
    })
    .nullish()
    .describe("For machines that boot an ISO image by their management controller."),
  dhcp: dhcpSchema.nullish().describe("What the interface is known by, and what DHCP tells it."),
  disableDhcp: flag.describe(
    "Whether this server never answers the interface's DHCP: another one does. Default: false.",
  ),
});

const referenceSchema = z.looseObject({
  namespace: text.describe("The object's namespace. Empty: the Hardware's own."),
  name: text.describe("The object's name."),
  group: text.describe("Its API group, such as tinkerbell.org; empty is Kubernetes' core group."),
  version: text.describe("Its API version, such as v1alpha1."),
  resource: text.describe("Its kind in the plural, such as hardware."),
});

export const hardwareSpecSchema = z.looseObject({
  agentID: text.describe(
    "The name by which the machine's worker asks for work, which is a task's worker in a template. Empty: the MAC of the interface that it booted by. No other Hardware may have it.",
  ),
  auto: z
    .looseObject({
      enrollmentEnabled: flag.describe(
        "Whether a workflow may be made for the machine without anybody's word. Default: false.",
      ),
    })
    .nullish()
    .describe("What may happen by itself."),
  bmcRef: z
    .looseObject({
      apiGroup: z.string().nullish().describe("The API group of the controller's object: bmc.tinkerbell.org."),
      kind: z.string().describe("Its kind: Machine."),
      name: z.string().describe("Its name, in the Hardware's namespace."),
    })
    .nullish()
    .describe("The machine's management controller (BMC). Without one the machine is switched on by hand."),
  interfaces: z
    .array(interfaceSchema)
    .nullish()
    .describe("The machine's network interfaces. A machine without any is reached by its agentID alone."),
  references: z
    .record(z.string(), referenceSchema)
    .nullish()
    .describe(
      "Other objects for templates, which read them as .references.NAME. This server does not look them up yet: a template that reads one does not render.",
    ),
  metadata: metadataSchema.nullish().describe("What the machine and its installed system are told of themselves."),
  tinkVersion: integer.describe("Kept as it is, for older files. Nothing reads it."),
  disks: z
    .array(z.looseObject({ device: text.describe("The disk's device, such as /dev/sda or /dev/nvme0n1.") }))
    .nullish()
    .describe("The machine's disks, for templates: {{ index .Hardware.Disks 0 }} is the first one's device."),
  resources: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .nullish()
    .describe(
      "What the machine has, by names of yours and as Kubernetes writes quantities: memory: 64Gi. For schedulers; nothing here reads it.",
    ),
  userData: z
    .string()
    .nullish()
    .describe(
      "cloud-init's user-data, served to the installed system as it stands: #cloud-config and so on. Secret. Empty: an empty text.",
    ),
  vendorData: z
    .string()
    .nullish()
    .describe("cloud-init's vendor-data, which user-data goes before. Secret. Empty: none is served."),
});

export const hardwareStatusSchema = z.looseObject({
  state: z.enum(["Ready", "Error", ""]).optional().describe("Ready, Error, or empty where nobody has said."),
  attributes: z
    .looseObject({
      outOfBand: z
        .record(z.string(), z.unknown())
        .nullish()
        .describe("What the machine's management controller tells of its parts."),
    })
    .nullish()
    .describe("What was found in the machine."),
  observedGeneration,
  conditions: z.array(conditionSchema).nullish().describe("What is so of the machine, each by its type."),
});

export type HardwareSpec = z.infer<typeof hardwareSpecSchema>;
export type HardwareStatus = z.infer<typeof hardwareStatusSchema>;
export type Hardware = Resource<HardwareSpec, HardwareStatus>;
export type HardwareInterface = z.infer<typeof interfaceSchema>;
