// What a management controller is to do: one action of a Job (bmc.tinkerbell.org/v1alpha1).
import { z } from "zod";

const actions = ["powerAction", "oneTimeBootDeviceAction", "bootDevice", "virtualMediaAction"];

export const bmcActionSchema = z
  .looseObject({
    powerAction: z
      .enum(["on", "off", "soft", "status", "cycle", "reset"])
      .optional()
      .describe("What becomes of the power; soft asks the operating system, off does not."),
    oneTimeBootDeviceAction: z
      .looseObject({
        device: z.array(z.string()).describe("The first of them is used."),
        efiBoot: z.boolean().optional().describe("Whether it is booted by UEFI."),
      })
      .nullish()
      .describe("The older form of bootDevice, for one boot."),
    bootDevice: z
      .looseObject({
        device: z.enum(["pxe", "disk", "bios", "cdrom", "safe"]).optional().describe("What is booted."),
        persistent: z.boolean().optional().describe("Whether for every boot from now on, or for the next one alone."),
        efiBoot: z.boolean().optional().describe("Whether it is booted by UEFI."),
      })
      .nullish()
      .describe("What the machine boots from."),
    virtualMediaAction: z
      .looseObject({
        mediaURL: z.string().optional().describe("The image to insert; an empty one ejects."),
        kind: z.string().describe("The kind of medium, such as CD."),
      })
      .nullish()
      .describe("Inserts or ejects a virtual medium."),
  })
  .refine((action) => actions.filter((name) => Reflect.get(action, name) !== undefined).length <= 1, {
    error: 'expected one action, such as powerAction: "off": several go into a list, one each',
  });
