// Debian's nginx as it comes, with one worker and sendfile, serving one folder and writing its log, as ours writes its timeline.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerCommand } from "../workers/server-process.ts";

/** What `nginx-light` has of its own is a list of modules, none of which serves files. */
export const nginxPackage = "nginx";
/** The program itself is unpacked aside, so that no service of it is ever started. */
export const nginxLibraries = { package: "libpcre2-8-0", purpose: "a library of this benchmark's peer" } as const;

export async function nginxCommand(
  dir: string,
  { root, port, packagesDir }: { readonly root: string; readonly port: number; readonly packagesDir: string },
): Promise<ServerCommand> {
  const file = join(dir, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (part) => `${part}_temp_path ${dir}/${part};`,
  );
  const http = [
    `sendfile on; tcp_nopush on; access_log ${dir}/access.log; default_type application/octet-stream; keepalive_requests 100000000;`,
    ...temporary,
    `server { listen 127.0.0.1:${port} backlog=4096; root ${root}; }`,
  ];
  // One process, whose CPU is the worker's.
  const main = `daemon off; master_process off; pid ${dir}/pid; error_log stderr notice; user root;`;
  await writeFile(file, `${main}\nevents { worker_connections 20000; }\nhttp {\n${http.join("\n")}\n}\n`);
  await mkdir(join(dir, "logs"));
  return {
    argv: [join(packagesDir, nginxPackage, "usr/sbin/nginx"), "-p", dir, "-c", file, "-e", "stderr"],
    isReady: (line) => line.includes("epoll"),
  };
}
