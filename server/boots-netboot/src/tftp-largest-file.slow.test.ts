// The largest file that TFTP is asked for here: block numbers begin again 45 times.
import { test } from "node:test";
import { readToTheEnd } from "./testing/made-up-file.ts";

test("atftp reads 4 GiB in windows of 64 blocks", { timeout: 600_000 }, async () => {
  const options = '--option "blksize 1428" --option "windowsize 64"';
  await readToTheEnd(
    4 * 2 ** 30,
    `atftp --get --remote-file snponly.efi --local-file /dev/stdout ${options} 127.0.0.1 PORT | cat`,
  );
});
