// The inner half of kexecs.e2e.ts, in the lab's namespace: an installation that ends by starting the installed kernel itself.
import { kinds } from "@neverland/api";
import { answerOrder } from "@neverland/lab";
import { type LabOrder, prepareInstall } from "./lab-install.ts";

export type KexecResult = {
  readonly state: string | undefined;
  /** State of each action, by name. */
  readonly actions: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly kernel: string;
  /** The kernel's arguments, of which a boot loader's own is BOOT_IMAGE. */
  readonly commandLine: string;
  /** Of its root file system. */
  readonly rootBytes: number;
  /** How often the machine was reset, as its emulator tells it. */
  readonly resets: number;
  /** What the machine asked the network for before and after the action began: each type of event, and who asked. */
  readonly before: readonly string[];
  readonly after: readonly string[];
};

await answerOrder<LabOrder, KexecResult>(async (order, signal) => {
  let resets = 0;
  const onEvent = ({ type }: { readonly type: string }): void => {
    if (type === "reset") resets += 1;
  };
  const install = await prepareInstall(order, { example: "debian-kexec", onEvent }, signal);
  await install.machine.powerOn(signal);
  const workflow = await install.workflowEnd();
  const login = await install.ssh(
    "hostname; uname -r; cat /proc/cmdline; df --block-size=1 --output=size / | tail -n 1",
  );
  const { items } = await install.clients(kinds.MachineEvent).list({ namespace: "default" });
  const events = items
    .flatMap(({ spec }) => (spec === undefined ? [] : [{ ...spec, atMs: Date.parse(spec.time) }]))
    .sort((one, other) => one.atMs - other.atMs);
  const begun = events.findIndex(({ type, data }) => type === "ActionStarted" && data?.action === "kexec");
  const requests = (part: typeof events): string[] => [
    ...new Set(
      part
        .filter(({ source }) => source?.startsWith("boots"))
        .map(({ type, data }) => `${type} ${data?.vendorClass ?? ""}`),
    ),
  ];
  const [hostname = "", kernel = "", commandLine = "", root] = login.trim().split("\n");
  return {
    state: workflow?.status?.state,
    actions: Object.fromEntries(
      (workflow?.status?.tasks ?? []).flatMap((task) => task.actions).map(({ name, state }) => [name, state]),
    ),
    hostname,
    kernel,
    commandLine,
    rootBytes: Number(root),
    resets,
    before: requests(events.slice(0, begun)),
    after: requests(events.slice(begun)),
  };
});
