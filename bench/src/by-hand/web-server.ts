// The one web server of who does it by hand: boot script, kernel, image, and the metadata that cloud-init asks for.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

export type WebFiles = {
  /** Holds `vmlinuz` and `initramfs`. */
  readonly systemDir: string;
  /** Holds `debian.raw.zst`. */
  readonly imageDir: string;
  readonly sshPublicKey: string;
  /** Where machines reach it, without a slash at the end. */
  readonly url: string;
};

const bootFromNet = (url: string): string => `#!ipxe
kernel ${url}/vmlinuz initrd=initramfs console=ttyS0,115200 quiet panic=-1
initrd ${url}/initramfs
boot
`;
/** Under UEFI, iPXE's plain exit opens the setup menu instead of the next boot entry. */
const bootFromDisk = `#!ipxe
iseq \${platform} efi && exit 1 || exit
`;

/** Calls `mark` once for each stage: script, agent, written, reboot, metadata. The machine boots from its disk once it has restarted. */
export async function startWebServer(
  { systemDir, imageDir, sshPublicKey, url }: WebFiles,
  listen: { readonly host: string; readonly port: number },
  mark: (stage: string) => void,
): Promise<Server> {
  const seen = new Set<string>();
  const markOnce = (stage: string): void => {
    if (seen.has(stage)) return;
    seen.add(stage);
    mark(stage);
  };
  const texts: Readonly<Record<string, () => string>> = {
    "/boot.ipxe": () => (seen.has("reboot") ? bootFromDisk : bootFromNet(url)),
    "/cloud.cfg": () =>
      `datasource_list: [Ec2, None]\ndatasource:\n  Ec2: {metadata_urls: ["${url}"], strict_id: false}\n`,
    "/2009-04-04/meta-data/": () => "instance-id\nlocal-hostname\npublic-keys/\n",
    "/2009-04-04/meta-data/instance-id": () => "i-by-hand",
    "/2009-04-04/meta-data/local-hostname": () => "by-hand",
    "/2009-04-04/meta-data/public-keys/": () => "0=by-hand",
    "/2009-04-04/meta-data/public-keys/0/openssh-key": () => sshPublicKey,
    "/2009-04-04/user-data": () => "#cloud-config\n{}\n",
  };
  const folders: Readonly<Record<string, string>> = {
    "/vmlinuz": systemDir,
    "/initramfs": systemDir,
    "/debian.raw.zst": imageDir,
    "/snponly.efi": "/usr/lib/ipxe",
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path === "/boot.ipxe") markOnce("script");
    if (path.startsWith("/mark/")) markOnce(path.slice("/mark/".length));
    if (path.endsWith("/instance-id")) markOnce("metadata");
    const text = path.startsWith("/mark/") ? "" : texts[path]?.();
    const folder = folders[path];
    if (text !== undefined && request.method !== "PUT") response.end(text);
    else if (folder === undefined) response.writeHead(404).end();
    else
      void stat(join(folder, path)).then(({ size }) => {
        response.setHeader("content-length", size);
        createReadStream(join(folder, path), { highWaterMark: 1 << 20 }).pipe(response);
      });
  });
  await new Promise<void>((resolve) => server.listen(listen, resolve));
  return server;
}
