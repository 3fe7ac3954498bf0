// writefile: puts one file on a file system of the machine's disk.
import { mountPoint, withMount } from "../program/mount.ts";
import { runAction } from "../program/run-action.ts";
import { readSettings } from "./settings.ts";
import { writeFileInside } from "./write-file.ts";

void runAction("writefile", async ({ environment, log, signal }) => {
  const settings = readSettings(environment);
  const mount = { source: settings.device, target: mountPoint, fsType: settings.fsType, options: ["rw"] };
  await withMount(mount, { log, signal }, async () => {
    await writeFileInside(mountPoint, settings);
    const bytes = Buffer.byteLength(settings.contents);
    log.info("the file is written", { path: settings.path, device: settings.device, bytes });
  });
});
