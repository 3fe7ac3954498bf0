// Installs a small Debian into a tar archive, with cloud-init and an SSH server, ready to be told who it is.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { type Suite, sourcesList } from "../archive/apt-sources.ts";
import { keyring } from "../archive/debian-archive.ts";
import { rootUuid } from "./disk-layout.ts";

const imageFiles = join(import.meta.dirname, "../../image");
const filesWithUuid = ["etc/fstab", "boot/grub/grub.cfg"] as const;
const packages = [
  "usr-is-merged",
  ...["linux-image-cloud-amd64", "tiny-initramfs", "systemd-sysv", "systemd-resolved", "udev", "kmod", "dbus"],
  ...["openssh-server", "sudo", "cloud-init", "cloud-guest-utils", "fdisk", "e2fsprogs", "iproute2", "ca-certificates"],
  ...["less", "curl", "netbase", "iputils-ping"],
] as const;

/**
 * @param work A folder that any user may reach: an ordinary user's mmdebstrap works under another user id.
 * @returns The archive's path.
 * @throws {ProgramError} With the end of mmdebstrap's output. As an ordinary user it needs the package uidmap and an
 * entry in /etc/subuid.
 */
export async function installDebian(
  work: string,
  suites: readonly Suite[],
  timeSeconds: number,
  signal?: AbortSignal,
): Promise<string> {
  const before = await packFolder("before", work, timeSeconds, signal);
  const after = await packFolder("after", work, timeSeconds, signal);
  const customize = join(work, "customize.sh");
  await cp(join(imageFiles, "customize.sh"), customize);
  const tar = join(work, "root.tar");
  const [suite] = suites;
  if (suite === undefined) throw new Error("No Debian suite was given to install from.");
  const argv: [string, ...string[]] = [
    ...(["mmdebstrap", "--variant=minbase", "--format=tar", "--quiet"] as const),
    `--mode=${process.getuid?.() === 0 ? "root" : "unshare"}`,
    `--include=${packages.join(",")}`,
    `--aptopt=APT::Install-Recommends "false"`,
    `--dpkgopt=force-unsafe-io`,
    `--setup-hook=tar-in "${before}" /`,
    `--customize-hook=tar-in "${after}" /`,
    `--customize-hook=upload "${customize}" /customize.sh`,
    `--customize-hook=chroot "$1" sh /customize.sh`,
    `--customize-hook=rm "$1/customize.sh"`,
    ...[suite.release.split("-")[0] ?? suite.release, tar, "-"],
  ];
  await runProgram(argv, {
    input: sourcesList(suites, ["main"], keyring),
    env: { ...process.env, SOURCE_DATE_EPOCH: String(timeSeconds), LC_ALL: "C" },
    ...(signal ? { signal } : {}),
  });
  return tar;
}

async function packFolder(name: string, work: string, timeSeconds: number, signal?: AbortSignal): Promise<string> {
  const copy = join(work, name);
  await mkdir(copy);
  await cp(join(imageFiles, name), copy, { recursive: true });
  if (name === "after")
    for (const file of filesWithUuid) {
      const text = await readFile(join(copy, file), "utf8");
      await writeFile(join(copy, file), text.replaceAll("@ROOT_UUID@", rootUuid));
    }
  const tar = join(work, `${name}.tar`);
  const sameBytes = [
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${timeSeconds}`,
    "--mode=u=rwX,go=rX",
  ];
  await runProgram(["tar", "-C", copy, ...sameBytes, "-cf", tar, "."], signal ? { signal } : {});
  return tar;
}
