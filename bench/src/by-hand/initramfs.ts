// The in-memory system of who does it by hand: Debian's cloud kernel, busybox, zstd, and a script that writes the disk.
import { copyFile, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { dependenciesOf, runProgram, unpackPackages } from "@neverland/debian";

/** Named in `run`'s list of packages: programs of the host that make the archive. */
export const initramfsTools = [
  { package: "kmod", purpose: "finding the drivers of the peer's kernel (modprobe)" },
  { package: "cpio", purpose: "packing the peer's initramfs" },
];

const drivers = ["virtio_pci", "virtio_net", "virtio_blk", "virtio_rng", "ext4"] as const;
/** What Debian's zstd is linked with. */
const libraryPackages = ["libc6", "libgcc-s1", "libstdc++6", "liblz4-1", "liblzma5", "zlib1g"] as const;
const libraries = /^(libc|libm|libgcc_s|libstdc\+\+|liblz4|liblzma|libz|libpthread)\.so\.\d+$/;

/** Says when it runs, has written, and is about to restart, by asking the server for `/mark/NAME`. */
function initScript(server: string): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
ip link set eth0 up
udhcpc -q -n -t 8 -T 1 -i eth0 -s /udhcpc.sh >/dev/null
wget -q -O /dev/null ${server}/mark/agent
wget -q -O - ${server}/debian.raw.zst | zstd -dcq | dd of=/dev/vda bs=4M iflag=fullblock conv=fsync 2>/dev/null
wget -q -O /dev/null ${server}/mark/written
blockdev --rereadpt /dev/vda
while [ ! -b /dev/vda3 ]; do sleep 0.1; done
mount -t ext4 /dev/vda3 /mnt
wget -q -O /mnt/etc/cloud/cloud.cfg.d/95_by_hand.cfg ${server}/cloud.cfg
umount /mnt
wget -q -O /dev/null ${server}/mark/reboot
reboot -f
`;
}

const udhcpcScript = `#!/bin/sh
[ "$1" = bound ] && ip addr add "$ip/\${mask:-24}" dev "$interface"
exit 0
`;

/** Writes `vmlinuz` and `initramfs` (gzip) into `outDir`. @param server Where the script finds the web server, without a slash at the end. */
export async function buildByHandSystem(outDir: string, server: string, signal: AbortSignal): Promise<void> {
  const packages = join(outDir, "packages");
  const [kernel] = await dependenciesOf("linux-image-cloud-amd64", /^linux-image-\d/, packages, signal);
  if (kernel === undefined) throw new Error("linux-image-cloud-amd64 depends on no kernel");
  await unpackPackages([kernel, "busybox-static", "zstd", ...libraryPackages], packages, signal);
  const root = join(outDir, "root");
  for (const folder of ["bin", "dev", "proc", "sys", "mnt", "modules", "lib64", "usr/lib"])
    await mkdir(join(root, folder), { recursive: true });
  await copyFile(join(packages, "busybox-static/bin/busybox"), join(root, "bin/busybox"));
  await copyFile(join(packages, "zstd/usr/bin/zstd"), join(root, "bin/zstd"));
  await copyLibraries(packages, root);
  await copyDrivers(join(packages, kernel), join(root, "modules"), signal);
  await writeFile(join(root, "init"), initScript(server), { mode: 0o755 });
  await writeFile(join(root, "udhcpc.sh"), udhcpcScript, { mode: 0o755 });
  await copyFile(
    join(packages, kernel, "boot", `vmlinuz-${kernel.replace("linux-image-", "")}`),
    join(outDir, "vmlinuz"),
  );
  const pack = `find . | cpio -o -H newc --quiet -R 0:0 | gzip -1 >"$1"`;
  await runProgram(["sh", "-ec", pack, "sh", join(outDir, "initramfs")], { cwd: root, signal });
}

async function copyLibraries(packages: string, root: string): Promise<void> {
  const libraryDir = "lib/x86_64-linux-gnu";
  await symlink("usr/lib", join(root, "lib"));
  await mkdir(join(root, libraryDir), { recursive: true });
  for (const name of libraryPackages)
    for (const dir of [libraryDir, `usr/${libraryDir}`]) {
      const found = await readdir(join(packages, name, dir)).catch((): string[] => []);
      for (const file of found.filter((each) => libraries.test(each)))
        await copyFile(join(packages, name, dir, file), join(root, libraryDir, file));
    }
  await copyFile(join(packages, "libc6", libraryDir, "ld-linux-x86-64.so.2"), join(root, "lib64/ld-linux-x86-64.so.2"));
}

/** With a list of them in an order that can be loaded. */
async function copyDrivers(kernelRoot: string, modules: string, signal: AbortSignal): Promise<void> {
  const [version = ""] = await readdir(join(kernelRoot, "lib/modules"));
  await runProgram(["/sbin/depmod", "-b", kernelRoot, version], { signal });
  const order: string[] = [];
  for (const driver of drivers) {
    const argv = ["/sbin/modprobe", "-d", kernelRoot, "-S", version, "--show-depends", driver] as const;
    const listing = await runProgram(argv, { signal });
    for (const [, file = ""] of listing.matchAll(/^insmod (\S+)/gm)) {
      if (order.includes(basename(file))) continue;
      order.push(basename(file));
      await copyFile(file, join(modules, basename(file)));
    }
  }
  await writeFile(join(modules, "order"), `${order.join("\n")}\n`);
}
