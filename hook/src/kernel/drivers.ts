// The drivers of the in-memory OS: what stands in server rooms, and what virtual machines have. Names as in Debian's kernel.

/** What the initramfs needs before it can mount the root file system. */
export const rootDrivers = ["loop", "squashfs", "overlay"] as const;

const network = [
  ...["virtio_net", "vmxnet3", "e1000", "e1000e", "igb", "igbvf", "igc", "ixgbe", "ixgbevf", "i40e", "iavf", "ice"],
  ...["tg3", "bnx2", "bnx2x", "bnxt_en", "mlx4_en", "mlx5_core", "r8169", "r8152", "sfc", "qede", "cxgb4", "ena"],
  ...["atlantic", "be2net", "enic", "hv_netvsc", "xen_netfront", "8021q", "bonding", "cdc_ether", "ax88179_178a"],
] as const;

const storage = [
  ...["virtio_blk", "virtio_scsi", "nvme", "ahci", "ata_piix", "sd_mod", "sr_mod", "sg"],
  ...["megaraid_sas", "mpt3sas", "mpi3mr", "smartpqi", "hpsa", "aacraid", "isci", "pm80xx", "vmw_pvscsi", "mptspi"],
  ...["hv_storvsc", "xen_blkfront", "usb_storage", "uas", "mmc_block", "sdhci_pci", "vmd"],
  ...["dm_mod", "dm_crypt", "raid0", "raid1", "raid10", "raid456"],
] as const;

/** crc32c and the code pages are asked for by name at mount time, which no dependency list shows. */
const fileSystems = [
  ...["ext4", "xfs", "btrfs", "vfat", "exfat", "isofs", "udf", "ntfs3", "nfsv3", "nfsv4"],
  ...["crc32c_generic", "crc32c_intel", "nls_ascii", "nls_cp437", "nls_iso8859_1", "nls_utf8", "efivarfs"],
] as const;

const machine = [
  ...["xhci_pci", "ehci_pci", "uhci_hcd", "ohci_pci", "usbhid", "hid_generic", "virtio_rng", "virtio_console"],
  ...["virtio_balloon", "virtio_mmio", "qemu_fw_cfg", "ipmi_si", "ipmi_devintf", "ipmi_ssif", "i2c_i801", "lpc_ich"],
  ...["hv_vmbus", "hv_utils", "tpm_tis", "tpm_crb", "iTCO_wdt", "i6300esb", "acpi_power_meter", "button"],
] as const;

/** What containers with a network of their own and with namespaces ask for. */
const containers = ["bridge", "veth", "br_netfilter", "nf_tables", "nft_compat", "fuse", "tun"] as const;

/** All of them; those that a kernel does not have are listed as absent by the build, not an error. */
export const drivers: readonly string[] = [
  ...rootDrivers,
  ...network,
  ...storage,
  ...fileSystems,
  ...machine,
  ...containers,
];
