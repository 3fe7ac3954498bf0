// Puts a disk image together from an archive of its root file system, without loop devices and without touching a real disk.
import { open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { linkBiosStages } from "./bios-boot.ts";
import { diskLayout, espSerial, firstSector, mebibyte, rootUuid, sfdiskScript } from "./disk-layout.ts";

const grubDir = "/usr/lib/grub";
const grubModules = [
  ...["part_gpt", "part_msdos", "ext2", "fat", "normal", "linux", "search", "search_fs_uuid", "configfile"],
  ...["echo", "serial", "terminal", "test", "minicmd", "boot"],
] as const;
/** Space beyond what is used, for what happens before the file system is grown. */
const spareMiB = 96;
/** GRUB 2.06 does not read file systems with these. */
const ext4Options = "^metadata_csum_seed,^orphan_file";

type Step = { readonly work: string; readonly timeSeconds: number; readonly signal?: AbortSignal };

/** Writes the raw image `outFile`; unused blocks are holes. */
export async function assembleDisk(rootTar: string, outFile: string, step: Step): Promise<void> {
  const options = step.signal ? { signal: step.signal } : {};
  const rootMiB = await makeRootFileSystem(rootTar, step);
  const layout = diskLayout(rootMiB);
  await makeBootLoaders(step);
  await makeEsp(layout.esp.sizeMiB, step);
  await rm(outFile, { force: true });
  await writeFile(outFile, "");
  await truncate(outFile, layout.totalMiB * mebibyte);
  await runProgram(["sfdisk", "--quiet", outFile], { ...options, input: sfdiskScript(layout) });
  for (const [part, extent] of [
    ["esp.img", layout.esp],
    ["root.ext4", layout.root],
  ] as const)
    await runProgram(
      [
        "dd",
        `if=${join(step.work, part)}`,
        `of=${outFile}`,
        "bs=1M",
        `seek=${extent.startMiB}`,
        "conv=notrunc,sparse",
        "status=none",
      ],
      options,
    );
  await writeBiosStages(step.work, outFile, firstSector(layout.biosBoot));
}

/**
 * As an ordinary user, in a user namespace with the ids that mmdebstrap used, so that files keep their owners. Device nodes
 * cannot be made there, and need not be: the kernel fills /dev when the system starts.
 */
async function makeRootFileSystem(rootTar: string, step: Step): Promise<number> {
  const asRoot = process.getuid?.() === 0 ? [] : ["unshare", "--user", "--map-auto", "--map-root-user"];
  const script = `
    set -eu
    mkdir "$WORK/root"
    tar -C "$WORK/root" --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*' -xpf "$1"
    used=$(du -sm "$WORK/root" | cut -f1)
    size=$((used + used / 10 + ${spareMiB}))
    mkfs.ext4 -q -F -L root -U ${rootUuid} -O ${ext4Options} -m 1 -J size=16 -i 16384 \
      -E hash_seed=${rootUuid},lazy_itable_init=0,assume_storage_prezeroed=1 -d "$WORK/root" "$WORK/root.ext4" "\${size}M"
    rm -rf "$WORK/root"
    echo "$size"`;
  const argv = [...asRoot, "sh", "-c", script, "sh", rootTar];
  const [program = "sh", ...args] = argv;
  const output = await runProgram([program, ...args], {
    // mke2fs takes the time of its superblock from this one.
    env: { ...process.env, WORK: step.work, E2FSPROGS_FAKE_TIME: String(step.timeSeconds) },
    ...(step.signal ? { signal: step.signal } : {}),
  });
  return Number.parseInt(output.trim().split("\n").at(-1) ?? "", 10);
}

async function makeBootLoaders({ work, signal }: Step): Promise<void> {
  const early = join(work, "early.cfg");
  await writeFile(
    early,
    `search --no-floppy --fs-uuid --set=root ${rootUuid}\nset prefix=($root)/boot/grub\nconfigfile /boot/grub/grub.cfg\n`,
  );
  const make = async (format: string, file: string, modules: readonly string[]): Promise<void> => {
    const argv = ["-O", format, "-p", "/boot/grub", "-c", early, "-o", join(work, file), ...modules];
    await runProgram(["grub-mkimage", ...argv], signal ? { signal } : {});
  };
  await make("i386-pc", "core.img", ["biosdisk", ...grubModules]);
  await make("x86_64-efi", "bootx64.efi", [...grubModules, "efi_gop"]);
}

async function makeEsp(sizeMiB: number, { work, timeSeconds, signal }: Step): Promise<void> {
  const esp = join(work, "esp.img");
  const options = { ...(signal ? { signal } : {}), env: { ...process.env, SOURCE_DATE_EPOCH: String(timeSeconds) } };
  await writeFile(esp, "");
  await truncate(esp, sizeMiB * mebibyte);
  await runProgram(["mkfs.vfat", "-n", "ESP", "-i", espSerial, "--invariant", esp], options);
  await runProgram(["mmd", "-i", esp, "::EFI", "::EFI/BOOT"], options);
  await runProgram(["mcopy", "-i", esp, join(work, "bootx64.efi"), "::EFI/BOOT/BOOTX64.EFI"], options);
}

async function writeBiosStages(work: string, image: string, coreSector: number): Promise<void> {
  const bootImage = await readFile(join(grubDir, "i386-pc/boot.img"));
  const { bootCode, core } = linkBiosStages(bootImage, await readFile(join(work, "core.img")), coreSector);
  const file = await open(image, "r+");
  try {
    await file.write(bootCode, 0, bootCode.length, 0);
    await file.write(core, 0, core.length, coreSector * 512);
  } finally {
    await file.close();
  }
}
