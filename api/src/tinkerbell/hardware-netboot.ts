// `spec.interfaces[].netboot` of a Hardware: whether and what a machine boots over the network.
import { z } from "zod";

const text = z.string().optional();
const texts = z.array(z.string()).nullish();

const ipxeSchema = z.looseObject({
  url: text.describe(
    "An http or https URL of an iPXE script that the machine goes on to, instead of the in-memory OS. Any other scheme is passed over.",
  ),
  contents: text.describe("An iPXE script, written here; used where there is no url. It needs no first line #!ipxe."),
  binary: text.describe(
    "The name of the iPXE binary that the firmware loads, such as snponly.efi. Empty: the one for the machine's architecture.",
  ),
});

const osieSchema = z.looseObject({
  baseURL: text.describe(
    "The folder of kernel and initramfs, as a URL without a slash at its end. Empty: this server's own Hook, or the one that boots.hook.url names.",
  ),
  kernel: text.describe("The kernel's file name. Empty: vmlinuz-ARCH."),
  initrd: text.describe("The initramfs' file name. Empty: initramfs-ARCH."),
  kernelParams: texts.describe(
    "Put at the end of the kernel's command line, in their order, such as console=ttyS1,115200.",
  ),
});

const rpiSchema = z.looseObject({
  configTxt: text.describe(
    "The text of config.txt that a Raspberry Pi loads by TFTP. This server does not serve it yet.",
  ),
  firmwarePath: text.describe("The folder of the Pi's firmware files. This server does not serve them yet."),
  serialNum: z.string().describe("The Pi's serial number, which is the folder that it asks for."),
});

export const netbootSchema = z.looseObject({
  allowPXE: z
    .boolean()
    .nullish()
    .describe(
      "Whether the machine may boot over the network. Absent: while a workflow waits for it or runs, and else it is told to boot its disk. true: also without a workflow, by the setting boots.netbootWithoutWork. false: never, unless a workflow with toggleAllowNetboot sets it.",
    ),
  allowWorkflow: z
    .boolean()
    .nullish()
    .describe(
      "false: no workflow is begun on the machine, and none lends it the permission to netboot. One that runs already goes on. Absent or true: as if it were not there.",
    ),
  ipxe: ipxeSchema.nullish().describe("An iPXE script or binary of yours, instead of this server's."),
  osie: osieSchema.nullish().describe("Another in-memory OS than this server's, or more arguments for its kernel."),
  pxelinux: z
    .looseObject({
      config: text.describe(
        "The text of the file that pxelinux asks for by the machine's MAC. This server does not serve it yet.",
      ),
    })
    .nullish()
    .describe("For firmware that loads pxelinux."),
  rpi: rpiSchema.nullish().describe("For a Raspberry Pi that boots from its own ROM."),
});
