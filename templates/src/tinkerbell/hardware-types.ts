// The Go structs that `.Hardware` is made of: field names as legacy templates write them, beside their JSON names.
import {
  boolType,
  type GoType,
  intTypes,
  pointerTo,
  type SliceType,
  type StructType,
  sliceOf,
  stringType,
} from "../values/types.ts";

type Fields = Readonly<Record<string, readonly [json: string, type: GoType, mode?: "always"]>>;

const string = stringType;
const bool = boolType;
const { int64 } = intTypes;
const strings: SliceType = sliceOf(string);

function struct(name: string, fields: Fields): StructType {
  return {
    kind: "struct",
    name,
    fields: Object.entries(fields).map(([field, [json, type, mode]]) => ({
      name: field,
      type,
      json,
      omitEmpty: mode !== "always",
    })),
  };
}
const api = (name: string, fields: Fields) => struct(`tinkerbell.${name}`, fields);
const listOfPointers = (type: GoType) => sliceOf(pointerTo(type));

const netboot = api("Netboot", {
  AllowPXE: ["allowPXE", pointerTo(bool)],
  AllowWorkflow: ["allowWorkflow", pointerTo(bool)],
  IPXE: [
    "ipxe",
    pointerTo(api("IPXE", { URL: ["url", string], Contents: ["contents", string], Binary: ["binary", string] })),
  ],
  OSIE: [
    "osie",
    pointerTo(
      api("OSIE", {
        BaseURL: ["baseURL", string],
        Kernel: ["kernel", string],
        Initrd: ["initrd", string],
        KernelParams: ["kernelParams", strings],
      }),
    ),
  ],
  PXELINUX: ["pxelinux", pointerTo(api("PXELINUX", { Config: ["config", string] }))],
  RPI: [
    "rpi",
    pointerTo(
      api("RPI", {
        ConfigTxt: ["configTxt", string],
        FirmwarePath: ["firmwarePath", string],
        SerialNum: ["serialNum", string, "always"],
      }),
    ),
  ],
});

const dhcp = api("DHCP", {
  MAC: ["mac", string],
  Hostname: ["hostname", string],
  DomainName: ["domain_name", string],
  LeaseTime: ["lease_time", int64],
  NameServers: ["name_servers", strings],
  TimeServers: ["time_servers", strings],
  Arch: ["arch", string],
  UEFI: ["uefi", bool],
  IfaceName: ["iface_name", string],
  IP: [
    "ip",
    pointerTo(
      api("IP", {
        Address: ["address", string],
        Netmask: ["netmask", string],
        Gateway: ["gateway", string],
        Family: ["family", int64],
      }),
    ),
  ],
  VLANID: ["vlan_id", string],
  ClasslessStaticRoutes: [
    "classless_static_routes",
    sliceOf(
      api("ClasslessStaticRoute", {
        DestinationDescriptor: ["destination_descriptor", string, "always"],
        Router: ["router", string, "always"],
      }),
    ),
  ],
  TFTPServerName: ["tftp_server_name", string],
  BootFileName: ["boot_file_name", string],
});

const operatingSystem = api("MetadataInstanceOperatingSystem", {
  Slug: ["slug", string],
  Distro: ["distro", string],
  Version: ["version", string],
  ImageTag: ["image_tag", string],
  OsSlug: ["os_slug", string],
});

const address = api("MetadataInstanceIP", {
  Address: ["address", string],
  Netmask: ["netmask", string],
  Gateway: ["gateway", string],
  Family: ["family", int64],
  Public: ["public", bool],
  Management: ["management", bool],
});

const partition = api("MetadataInstanceStorageDiskPartition", {
  Label: ["label", string],
  Number: ["number", int64],
  Size: ["size", int64],
  Start: ["start", int64],
  TypeGUID: ["type_guid", string],
});

const mount = api("MetadataInstanceStorageMount", {
  Device: ["device", string],
  Format: ["format", string],
  Files: [
    "files",
    listOfPointers(
      api("MetadataInstanceStorageFile", {
        Path: ["path", string],
        Contents: ["contents", string],
        Mode: ["mode", int64],
        UID: ["uid", int64],
        GID: ["gid", int64],
      }),
    ),
  ],
  Create: [
    "create",
    pointerTo(
      api("MetadataInstanceStorageMountFilesystemOptions", { Force: ["force", bool], Options: ["options", strings] }),
    ),
  ],
  Point: ["point", string],
});

const storage = api("MetadataInstanceStorage", {
  Disks: [
    "disks",
    listOfPointers(
      api("MetadataInstanceStorageDisk", {
        Device: ["device", string],
        WipeTable: ["wipe_table", bool],
        Partitions: ["partitions", listOfPointers(partition)],
      }),
    ),
  ],
  Raid: [
    "raid",
    listOfPointers(
      api("MetadataInstanceStorageRAID", {
        Name: ["name", string],
        Level: ["level", string],
        Devices: ["devices", strings],
        Spare: ["spare", int64],
      }),
    ),
  ],
  Filesystems: [
    "filesystems",
    listOfPointers(api("MetadataInstanceStorageFilesystem", { Mount: ["mount", pointerTo(mount)] })),
  ],
});

const instance = api("MetadataInstance", {
  ID: ["id", string],
  State: ["state", string],
  Hostname: ["hostname", string],
  AllowPxe: ["allow_pxe", bool],
  Rescue: ["rescue", bool],
  OperatingSystem: ["operating_system", pointerTo(operatingSystem)],
  AlwaysPxe: ["always_pxe", bool],
  IpxeScriptURL: ["ipxe_script_url", string],
  Ips: ["ips", listOfPointers(address)],
  Userdata: ["userdata", string],
  CryptedRootPassword: ["crypted_root_password", string],
  Tags: ["tags", strings],
  Storage: ["storage", pointerTo(storage)],
  SSHKeys: ["ssh_keys", strings],
  NetworkReady: ["network_ready", bool],
});

const metadata = api("HardwareMetadata", {
  State: ["state", string],
  BondingMode: ["bonding_mode", int64],
  Manufacturer: [
    "manufacturer",
    pointerTo(api("MetadataManufacturer", { ID: ["id", string], Slug: ["slug", string] })),
  ],
  Instance: ["instance", pointerTo(instance)],
  Custom: [
    "custom",
    pointerTo(
      api("MetadataCustom", {
        PreinstalledOperatingSystemVersion: ["preinstalled_operating_system_version", pointerTo(operatingSystem)],
        PrivateSubnets: ["private_subnets", strings],
      }),
    ),
  ],
  Facility: [
    "facility",
    pointerTo(
      api("MetadataFacility", {
        PlanSlug: ["plan_slug", string],
        PlanVersionSlug: ["plan_version_slug", string],
        FacilityCode: ["facility_code", string],
      }),
    ),
  ],
});

const netInterface = api("Interface", {
  Netboot: ["netboot", pointerTo(netboot)],
  Isoboot: ["isoboot", pointerTo(api("Isoboot", { SourceISO: ["sourceISO", string] }))],
  DHCP: ["dhcp", pointerTo(dhcp)],
  DisableDHCP: ["disableDhcp", bool],
});

/** What `.Hardware` is. It has no JSON tags upstream, so its own fields keep their Go names in `toYaml`. */
export const hardwareDataType = struct("workflow.templateHardwareData", {
  Disks: ["Disks", strings, "always"],
  Interfaces: ["Interfaces", sliceOf(netInterface), "always"],
  UserData: ["UserData", string, "always"],
  Metadata: ["Metadata", metadata, "always"],
  VendorData: ["VendorData", string, "always"],
});
