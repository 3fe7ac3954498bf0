// Hardware (tinkerbell.org/v1alpha1): one machine, its interfaces, and what is installed and served on it.
// Field names and validations are upstream's; unknown fields are kept.
import { z } from "zod";
import type { Resource } from "../resource.ts";

const text = z.string().optional();
const flag = z.boolean().optional();
const integer = z.int().optional();
const texts = z.array(z.string()).nullish();

/** A path or URL part that is put into a boot script: printable, no white space, so that it stays one word. */
const ipv4 = z.ipv4({ error: "expected an IPv4 address such as 10.0.0.5" });

const netbootSchema = z.looseObject({
  allowPXE: z.boolean().nullish(),
  allowWorkflow: z.boolean().nullish(),
  ipxe: z.looseObject({ url: text, contents: text, binary: text }).nullish(),
  osie: z.looseObject({ baseURL: text, kernel: text, initrd: text, kernelParams: texts }).nullish(),
  pxelinux: z.looseObject({ config: text }).nullish(),
  rpi: z.looseObject({ configTxt: text, firmwarePath: text, serialNum: z.string() }).nullish(),
});

const dhcpSchema = z
  .looseObject({
    mac: z
      .stringFormat("mac", /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, {
        error: "expected a MAC address in lower case with colons, such as 52:54:00:00:00:01",
      })
      .optional(),
    hostname: text,
    domain_name: text,
    lease_time: z.int().min(0).optional(),
    name_servers: texts,
    time_servers: texts,
    arch: text,
    uefi: flag,
    iface_name: text,
    ip: z.looseObject({ address: text, netmask: text, gateway: text, family: integer }).nullish(),
    vlan_id: z.stringFormat("vlan", /^\d{1,4}(,\d{1,4})*$/, { error: "expected a VLAN id from 0 to 4096" }).optional(),
    classless_static_routes: z
      .array(
        z.looseObject({
          destination_descriptor: z.cidrv4({ error: "expected an IPv4 network such as 10.1.0.0/16" }),
          router: ipv4,
        }),
      )
      .nullish(),
    tftp_server_name: text,
    boot_file_name: text,
  })
  .refine((dhcp) => Boolean(dhcp.tftp_server_name) === Boolean(dhcp.boot_file_name), {
    error: "tftp_server_name and boot_file_name go together: give both, or neither",
    path: ["boot_file_name"],
  });

const interfaceSchema = z.looseObject({
  netboot: netbootSchema.nullish(),
  isoboot: z.looseObject({ sourceISO: text }).nullish(),
  dhcp: dhcpSchema.nullish(),
  disableDhcp: flag,
});

const operatingSystemSchema = z.looseObject({
  slug: text,
  distro: text,
  version: text,
  image_tag: text,
  os_slug: text,
});

const storageSchema = z.looseObject({
  disks: z
    .array(
      z.looseObject({
        device: text,
        wipe_table: flag,
        partitions: z
          .array(z.looseObject({ label: text, number: integer, size: integer, start: integer, type_guid: text }))
          .nullish(),
      }),
    )
    .nullish(),
  raid: z.array(z.looseObject({ name: text, level: text, devices: texts, spare: integer })).nullish(),
  filesystems: z
    .array(
      z.looseObject({
        mount: z
          .looseObject({
            device: text,
            format: text,
            point: text,
            files: z
              .array(z.looseObject({ path: text, contents: text, mode: integer, uid: integer, gid: integer }))
              .nullish(),
            create: z.looseObject({ force: flag, options: texts }).nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

const instanceSchema = z.looseObject({
  id: text,
  state: text,
  hostname: text,
  ipxe_script_url: text,
  userdata: text,
  crypted_root_password: text,
  allow_pxe: flag,
  rescue: flag,
  always_pxe: flag,
  network_ready: flag,
  operating_system: operatingSystemSchema.nullish(),
  ips: z
    .array(
      z.looseObject({ address: text, netmask: text, gateway: text, family: integer, public: flag, management: flag }),
    )
    .nullish(),
  tags: texts,
  ssh_keys: texts,
  storage: storageSchema.nullish(),
});

const metadataSchema = z.looseObject({
  state: text,
  bonding_mode: integer,
  manufacturer: z.looseObject({ id: text, slug: text }).nullish(),
  instance: instanceSchema.nullish(),
  custom: z
    .looseObject({ preinstalled_operating_system_version: operatingSystemSchema.nullish(), private_subnets: texts })
    .nullish(),
  facility: z.looseObject({ plan_slug: text, plan_version_slug: text, facility_code: text }).nullish(),
});

export const hardwareSpecSchema = z.looseObject({
  agentID: text,
  auto: z.looseObject({ enrollmentEnabled: flag }).nullish(),
  bmcRef: z.looseObject({ apiGroup: z.string().nullish(), kind: z.string(), name: z.string() }).nullish(),
  interfaces: z.array(interfaceSchema).nullish(),
  references: z
    .record(z.string(), z.looseObject({ namespace: text, name: text, group: text, version: text, resource: text }))
    .nullish(),
  metadata: metadataSchema.nullish(),
  tinkVersion: integer,
  disks: z.array(z.looseObject({ device: text })).nullish(),
  resources: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
  userData: z.string().nullish(),
  vendorData: z.string().nullish(),
});

export const hardwareStatusSchema = z.looseObject({
  state: z.enum(["Ready", "Error", ""]).optional(),
  attributes: z.looseObject({ outOfBand: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

export type HardwareSpec = z.infer<typeof hardwareSpecSchema>;
export type HardwareStatus = z.infer<typeof hardwareStatusSchema>;
export type Hardware = Resource<HardwareSpec, HardwareStatus>;
export type HardwareInterface = z.infer<typeof interfaceSchema>;
