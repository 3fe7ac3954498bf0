// `spec.metadata` of a Hardware: what the metadata service and the disk actions know of the machine.
import { z } from "zod";

const text = z.string().optional();
const flag = z.boolean().optional();
const integer = z.int().optional();
const texts = z.array(z.string()).nullish();

const operatingSystemSchema = z.looseObject({
  slug: text.describe("The system's short name with its version, such as ubuntu_24_04."),
  distro: text.describe("The distribution, such as ubuntu."),
  version: text.describe("Its version, such as 24.04."),
  image_tag: text.describe("Which image of it, by a tag."),
  os_slug: text.describe("The same as slug, for older templates."),
});

const partitionSchema = z.looseObject({
  label: text.describe("The partition's name in the table, such as ROOT."),
  number: integer.describe("Its number, from 1."),
  size: integer.describe("Its size, in sectors; 0 is what is left."),
  start: integer.describe("Its first sector; 0 is the first that is free."),
  type_guid: text.describe("Its type in a GPT, as a GUID or a word that the rootio action knows."),
});

const diskSchema = z.looseObject({
  device: text.describe("The disk, such as /dev/sda."),
  wipe_table: flag.describe("Whether its partition table is emptied first. Default: false."),
  partitions: z.array(partitionSchema).nullish().describe("The partitions to make, in their order."),
});

const raidSchema = z.looseObject({
  name: text.describe("The array, such as /dev/md0."),
  level: text.describe("The RAID level, such as 1."),
  devices: texts.describe("The disks or partitions that it is made of."),
  spare: integer.describe("How many of them are spares. Default: 0."),
});

const fileSchema = z.looseObject({
  path: text.describe("The file's path within the file system."),
  contents: text.describe("Its text. Secret: shown to nobody but the machine and whoever may read the object."),
  mode: integer.describe("Its permissions, as a decimal number: 420 is 0644."),
  uid: integer.describe("Its owner's number."),
  gid: integer.describe("Its group's number."),
});

const mountSchema = z.looseObject({
  device: text.describe("The partition or array, such as /dev/sda3."),
  format: text.describe("The file system to make, such as ext4, vfat or swap."),
  point: text.describe("Where it is mounted, such as /boot."),
  files: z.array(fileSchema).nullish().describe("Files to write into it."),
  create: z
    .looseObject({
      force: flag.describe("Whether one that is there already is made anew. Default: false."),
      options: texts.describe("Arguments for mkfs, such as -L and ROOT, one a line."),
    })
    .nullish()
    .describe("How the file system is made."),
});

const storageSchema = z.looseObject({
  disks: z.array(diskSchema).nullish().describe("Disks and their partitions."),
  raid: z.array(raidSchema).nullish().describe("Software RAID arrays."),
  filesystems: z
    .array(z.looseObject({ mount: mountSchema.nullish().describe("One file system and where it goes.") }))
    .nullish()
    .describe("File systems to make."),
});

const instanceAddressSchema = z.looseObject({
  address: text.describe("An address of the installed system."),
  netmask: text.describe("Its network's mask, in dotted form."),
  gateway: text.describe("Its router's address."),
  family: integer.describe(
    "4 or 6: by it the metadata service puts the address under local-ipv4, public-ipv4 or public-ipv6.",
  ),
  public: flag.describe("Whether it is reached from outside: then it is public-ipv4, else local-ipv4. Default: false."),
  management: flag.describe("Whether it is for management. For templates. Default: false."),
});

const instanceSchema = z.looseObject({
  id: text.describe(
    "The instance-id that cloud-init reads: a new one makes it run its first boot again. Empty: the first interface's MAC.",
  ),
  state: text.describe("Kept for Cluster API, which writes it: such as provisioned. Nothing here reads it."),
  hostname: text.describe(
    "The installed system's host name. Empty: the first interface's dhcp.hostname, else the Hardware's name.",
  ),
  ipxe_script_url: text.describe("For templates. What a machine boots is said by interfaces[].netboot.ipxe.url."),
  userdata: text.describe("For templates and older actions. The metadata service serves spec.userData. Secret."),
  crypted_root_password: text.describe("Root's password as crypt(3) writes it, for templates. Secret."),
  allow_pxe: flag.describe("For templates. Whether a machine may netboot is said by interfaces[].netboot.allowPXE."),
  rescue: flag.describe("For templates. Nothing here reads it."),
  always_pxe: flag.describe("For templates. Nothing here reads it."),
  network_ready: flag.describe("For templates. Nothing here reads it."),
  operating_system: operatingSystemSchema
    .nullish()
    .describe("What is installed: under meta-data/operating-system of the metadata service."),
  ips: z
    .array(instanceAddressSchema)
    .nullish()
    .describe(
      "The installed system's addresses, for the metadata service. None: the address that DHCP gives is local-ipv4.",
    ),
  tags: texts.describe("Words of yours, a line each under meta-data/tags."),
  ssh_keys: texts.describe(
    "Public SSH keys, as in authorized_keys: cloud-init lets their owners log in as the default user.",
  ),
  storage: storageSchema
    .nullish()
    .describe("How disks are divided, for the rootio action, which reads it at /metadata."),
});

export const metadataSchema = z.looseObject({
  state: text.describe("Kept for Cluster API, which writes it. Nothing here reads it."),
  bonding_mode: integer.describe("The mode of bonded interfaces, by Linux's number. For templates."),
  manufacturer: z
    .looseObject({
      id: text.describe("The manufacturer's id in an inventory of yours."),
      slug: text.describe("The manufacturer's short name, such as supermicro."),
    })
    .nullish()
    .describe("Who made the machine. For templates."),
  instance: instanceSchema.nullish().describe("The installed system: what cloud-init asks for at its first boot."),
  custom: z
    .looseObject({
      preinstalled_operating_system_version: operatingSystemSchema
        .nullish()
        .describe("The system that the machine came with. For templates."),
      private_subnets: texts.describe("Private networks, such as 10.0.0.0/8. For templates."),
    })
    .nullish()
    .describe("Facts of a site. For templates."),
  facility: z
    .looseObject({
      plan_slug: text.describe("The machine's model or plan: meta-data/plan of the metadata service."),
      plan_version_slug: text.describe("The plan's version. For templates."),
      facility_code: text.describe(
        "Where the machine stands: meta-data/facility, and facility= on the kernel's command line, where words after a blank are arguments of their own.",
      ),
    })
    .nullish()
    .describe("Where the machine stands, and what it is."),
});
