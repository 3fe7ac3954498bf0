// `/metadata`: the document that the rootio action partitions disks by.
import { type Hardware, oneLine } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { instanceIdentity } from "./instance-identity.ts";

type Storage = NonNullable<NonNullable<NonNullable<NonNullable<Hardware["spec"]>["metadata"]>["instance"]>["storage"]>;

/** Upstream's shape, and beside it what its readers know of but upstream leaves out: hostname, keys, RAID, volume groups. */
export function storageDocument(hardware: KnownHardware) {
  const { ssh_keys, tags, operating_system, storage } = hardware.spec?.metadata?.instance ?? {};
  return {
    metadata: {
      instance: {
        ...instanceIdentity(hardware),
        ...given({ ssh_keys, tags: tags?.map(oneLine), operating_system }),
        storage: {
          ...given({
            disks: storage?.disks?.map(diskDocument),
            filesystems: storage?.filesystems?.map(filesystemDocument),
          }),
          ...given({ raid: storage?.raid, volume_groups: storage?.volume_groups }),
        },
      },
    },
  };
}

function diskDocument({ device, wipe_table, partitions }: NonNullable<Storage["disks"]>[number]) {
  const documents = partitions?.map(({ label, number, size, start, type_guid }) =>
    given({ label, number, size, start, type_guid }),
  );
  return given({ device, wipe_table, partitions: documents });
}

function filesystemDocument({ mount }: NonNullable<Storage["filesystems"]>[number]) {
  const { create, device, files, format, point } = mount ?? {};
  return {
    mount: given({
      create: given({ force: create?.force, options: create?.options ?? [] }),
      device,
      files,
      format,
      point,
    }),
  };
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
