// `spec.interfaces[].dhcp` of a Hardware: what DHCP tells a machine. Names in snake_case are upstream's.
import { z } from "zod";

const text = z.string().optional();
const texts = z.array(z.string()).nullish();
const ipv4 = z.ipv4({ error: "expected an IPv4 address such as 10.0.0.5" });

const ipSchema = z.looseObject({
  address: text.describe(
    "The machine's IPv4 address, such as 10.0.0.5; no other Hardware may have it. Without one the machine gets none by DHCP.",
  ),
  netmask: text.describe(
    "The network's mask in dotted form, such as 255.255.255.0 (option 1). One that is none is not told, nor is any when it is empty.",
  ),
  gateway: text.describe(
    "The router's IPv4 address (option 3). Empty, or the machine's own address: the machine is told of no router.",
  ),
  family: z.int().optional().describe("4 or 6. Kept for metadata and templates; DHCP here is for IPv4."),
});

const routeSchema = z.looseObject({
  destination_descriptor: z
    .cidrv4({ error: "expected an IPv4 network such as 10.1.0.0/16" })
    .describe("Where the route leads: an IPv4 network with its prefix length, such as 10.1.0.0/16."),
  router: ipv4.describe("The IPv4 address of the router that leads there."),
});

const macRule = "expected a MAC address in lower case with colons, such as 52:54:00:00:00:01";

/** Switches and labels spell them in many ways. */
function macHint(input: unknown): string {
  const digits = String(input)
    .replaceAll(/[-:. ]/g, "")
    .toLowerCase();
  const octets = String(input).toLowerCase().split(/[-:]/);
  // As BSD's and Apple's arp writes them.
  if (octets.length === 6 && octets.every((octet) => /^[0-9a-f]{1,2}$/.test(octet)))
    return `: write ${octets.map((octet) => octet.padStart(2, "0")).join(":")}`;
  return /^[0-9a-f]{12}$/.test(digits) ? `: write ${digits.match(/../g)?.join(":")}` : "";
}

export const dhcpSchema = z
  .looseObject({
    mac: z
      .stringFormat("mac", /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, {
        error: ({ input }) => `${macRule}${macHint(input)}`,
      })
      .optional()
      .describe(
        "The interface's MAC address, lower case with colons: 52:54:00:00:00:01. The machine is known by it, so no other Hardware may have it; an interface without one is never answered.",
      ),
    hostname: text.describe(
      "The host name that DHCP gives (option 12), at most 255 bytes; metadata has it too where the instance has no hostname. Empty: none is given.",
    ),
    domain_name: text.describe(
      "The domain (option 15), which is the search list too (option 119). Empty: none is given.",
    ),
    lease_time: z
      .int()
      .min(0, { error: "expected seconds, 0 or more" })
      .optional()
      .describe(
        "How long an address is lent, in seconds; 4294967295 is for ever. Absent, 0 or more than that: a week.",
      ),
    name_servers: texts.describe(
      "IPv4 addresses of DNS servers, the first asked first (option 6). What is no IPv4 address is not told.",
    ),
    time_servers: texts.describe("IPv4 addresses of NTP servers (option 42). What is no IPv4 address is not told."),
    arch: text.describe(
      "The architecture of the in-memory OS, as Linux calls it: x86_64 or aarch64. It is part of the names of kernel and initramfs. Default: x86_64.",
    ),
    uefi: z
      .boolean()
      .optional()
      .describe(
        "Whether the firmware is UEFI: for jobs of a management controller that choose what to boot. Default: false.",
      ),
    iface_name: text.describe(
      "The operating system's name of the interface, such as eth0. For people; nothing reads it.",
    ),
    ip: ipSchema.nullish().describe("The address that DHCP gives the machine."),
    vlan_id: z
      .stringFormat("vlan", /^\d{1,4}(,\d{1,4})*$/, { error: "expected a VLAN id from 0 to 4096" })
      .optional()
      .describe(
        "The VLAN that the in-memory OS uses on this interface, in quotes: a number from 0 to 4096. Absent: packets have no tag.",
      ),
    classless_static_routes: z
      .array(routeSchema)
      .nullish()
      .describe(
        "Routes beside the one by gateway (option 121). Machines that read them pass over the gateway, which is added as a route unless one leads to 0.0.0.0/0.",
      ),
    tftp_server_name: text.describe(
      "A TFTP server of yours (option 66), as an IPv4 address. With boot_file_name it takes the place of what this server would have the machine boot.",
    ),
    boot_file_name: text.describe(
      "The file to load from tftp_server_name (option 67). Give both, or neither. Netboot settings of the interface then do nothing.",
    ),
  })
  .refine((dhcp) => Boolean(dhcp.tftp_server_name) === Boolean(dhcp.boot_file_name), {
    error: "tftp_server_name and boot_file_name go together: give both, or neither",
    path: ["boot_file_name"],
  });
