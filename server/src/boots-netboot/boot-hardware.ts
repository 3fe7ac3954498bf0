// The part of a Hardware resource that Boots reads (tinkerbell.org/v1alpha1; names as in its JSON).

export interface BootHardware {
  readonly metadata: { readonly name?: string | undefined; readonly namespace?: string | undefined };
  readonly spec?: BootHardwareSpec | undefined;
}

export interface BootHardwareSpec {
  readonly agentID?: string | undefined;
  readonly interfaces?: readonly BootInterface[] | undefined;
  readonly metadata?: { readonly facility?: { readonly facility_code?: string | undefined } | undefined } | undefined;
}

export interface BootInterface {
  readonly disableDhcp?: boolean | undefined;
  readonly dhcp?: DhcpReservation | undefined;
  readonly netboot?: NetbootSettings | undefined;
}

export interface DhcpReservation {
  readonly mac?: string | undefined;
  readonly hostname?: string | undefined;
  readonly domain_name?: string | undefined;
  /** Seconds. */
  readonly lease_time?: number | undefined;
  readonly name_servers?: readonly string[] | undefined;
  readonly time_servers?: readonly string[] | undefined;
  /** `x86_64` or `aarch64`; ends the names of kernel and initial RAM disk. */
  readonly arch?: string | undefined;
  readonly ip?:
    | {
        readonly address?: string | undefined;
        readonly netmask?: string | undefined;
        readonly gateway?: string | undefined;
      }
    | undefined;
  readonly vlan_id?: string | undefined;
  readonly classless_static_routes?:
    | readonly { readonly destination_descriptor?: string | undefined; readonly router?: string | undefined }[]
    | undefined;
  readonly tftp_server_name?: string | undefined;
  readonly boot_file_name?: string | undefined;
}

export interface NetbootSettings {
  readonly allowPXE?: boolean | undefined;
  readonly ipxe?:
    | {
        readonly url?: string | undefined;
        readonly contents?: string | undefined;
        readonly binary?: string | undefined;
      }
    | undefined;
  readonly osie?:
    | {
        readonly baseURL?: string | undefined;
        readonly kernel?: string | undefined;
        readonly initrd?: string | undefined;
        readonly kernelParams?: readonly string[] | undefined;
      }
    | undefined;
}
