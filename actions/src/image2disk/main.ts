// image2disk: streams a disk image from a web server to a disk.
import { runAction } from "../program/run-action.ts";
import { rereadPartitions } from "./disk/partitions.ts";
import { closeTarget, openTarget } from "./disk/target.ts";
import { readSettings } from "./settings.ts";
import { writeImage } from "./write-image.ts";

void runAction("image2disk", async ({ environment, log, signal }) => {
  const settings = readSettings(environment);
  const target = await openTarget(settings.disk, settings.mayWriteFile);
  const startMs = Date.now();
  try {
    const { bytes, skippedBytes } = await writeImage(settings, target, { log, signal, nowMs: Date.now });
    const seconds = (Date.now() - startMs) / 1000;
    const megabytesPerSecond = Number((bytes / 1e6 / seconds).toFixed(1));
    log.info("the image is on the disk", { disk: target.path, bytes, skippedBytes, seconds, megabytesPerSecond });
  } finally {
    // The kernel reads no table of a disk that is held exclusively.
    await closeTarget(target);
  }
  const partitions = await rereadPartitions(target, { log, signal });
  if (partitions.length > 0) log.info("the partitions are there", { partitions: partitions.join(" ") });
});
