// The iPXE scripts that Boots serves. Only commands that iPXE of 2019 knows (Debian's): no `param`, no quoting.
import { scriptUrl, scriptWord, scriptWords } from "./escape.ts";

/** What the installation environment is told on its kernel command line, in upstream's order and names. */
export interface HookParameters {
  /** Left out when undefined. */
  readonly vlanId?: string | undefined;
  /** Upstream's users also put kernel arguments here; they come through. */
  readonly facility: string;
  /** IP address or name; left out when undefined. */
  readonly syslogHost?: string | undefined;
  /** `host:port` of the workflow server. */
  readonly grpcAuthority: string;
  readonly tls: boolean;
  readonly insecureTls: boolean;
  readonly workerId: string;
  readonly mac: string;
  /** URL of an OCI registry that the worker asks first; left out when undefined. */
  readonly registryMirror?: string | undefined;
  /** For all machines, from the server's configuration. */
  readonly extraKernelArgs: readonly string[];
  /** For this machine; last, so that they win. */
  readonly kernelParams: readonly string[];
}

export interface HookScriptInput {
  readonly parameters: HookParameters;
  /** Directory of kernel and initial RAM disk, with or without a slash at its end. */
  readonly baseUrl: string;
  readonly kernel: string;
  readonly initrd: string;
  /** How often each download and the start are tried again; 0 and up. */
  readonly retries: number;
  readonly retryDelaySeconds: number;
}

const shebang = "#!ipxe";
/** Under UEFI a plain `exit` ends in the firmware's setup menu; failure makes it go on to the next boot entry. */
const leave = `iseq \${platform} efi && exit 1 || exit`;

/** The words after the kernel's URL, in the order that published installation environments expect. */
export function hookKernelArguments(p: HookParameters, initrdName: string): string {
  const facility = scriptWords(p.facility);
  const free = [...p.extraKernelArgs, ...p.kernelParams].map(scriptWords);
  const words = [
    p.vlanId === undefined ? "" : `vlan_id=${scriptWord(p.vlanId)}`,
    `facility=${facility}`,
    p.syslogHost === undefined ? "" : `syslog_host=${scriptWord(p.syslogHost)}`,
    `grpc_authority=${scriptWord(p.grpcAuthority)}`,
    `tinkerbell_tls=${p.tls}`,
    `tinkerbell_insecure_tls=${p.insecureTls}`,
    `worker_id=${scriptWord(p.workerId)}`,
    `hw_addr=${scriptWord(p.mac)}`,
    "modules=loop,squashfs,sd-mod,usb-storage",
    "intel_iommu=on iommu=pt",
    `initrd=${initrdName}`,
    "console=tty0",
    serialConsole([facility, ...free]),
    p.registryMirror === undefined ? "" : `registry_mirror=${scriptUrl(p.registryMirror)}`,
    ...free,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/**
 * Linux takes the first serial port that is named for its only serial console, and has none when the machine lacks that port:
 * upstream's choice would silence the one that was asked for.
 */
function serialConsole(words: readonly string[]): string {
  return words.some((word) => /(?:^|\s)console=ttyS/.test(word)) ? "" : "console=ttyS1,115200";
}

/** Loads and starts the installation environment; after the last try it leaves to the firmware's next boot entry. */
export function hookScript(input: HookScriptInput): string {
  const directory = input.baseUrl.replace(/\/+$/, "");
  // The name under which the kernel finds the initial RAM disk: one plain word, whatever the URL looks like.
  const initrdName =
    input.initrd
      .replace(/[?#].*$/, "")
      .replace(/^.*\//, "")
      .replace(/[^A-Za-z0-9._-]/g, "_") || "initrd";
  const kernelUrl = scriptUrl(`${directory}/${input.kernel.replace(/^\/+/, "")}`);
  const initrdUrl = scriptUrl(`${directory}/${input.initrd.replace(/^\/+/, "")}`);
  const again = (step: string) => retryLines(step, input.retries, input.retryDelaySeconds);
  return lines(
    shebang,
    `echo Loading the installation environment for \${mac}`,
    "set tries:int32 0",
    ":kernel",
    `kernel ${kernelUrl} ${hookKernelArguments(input.parameters, initrdName)} || goto kernel_failed`,
    "set tries:int32 0",
    ":initrd",
    `initrd --name ${initrdName} ${initrdUrl} || goto initrd_failed`,
    "set tries:int32 0",
    ":start",
    "boot || goto start_failed",
    ...again("kernel"),
    ...again("initrd"),
    ...again("start"),
    ":give_up",
    "echo The installation environment could not be started; going on to the next boot device",
    "imgfree",
    leave,
  );
}

/** Goes on with another script; the present one is freed first. */
export function chainScript(url: string): string {
  return lines(shebang, `chain --autofree ${scriptUrl(url)} || goto give_up`, ":give_up", leave);
}

/** Runs the text that a machine's operator wrote, word for word. */
export function customScript(contents: string): string {
  return `${lines(shebang, "echo Running the script of this machine's record")}${contents}`;
}

/** Hands the machine back to its firmware at once. */
export function exitScript(): string {
  return lines(shebang, leave);
}

function retryLines(step: string, retries: number, delaySeconds: number): string[] {
  return [
    `:${step}_failed`,
    `iseq \${tries} ${retries} && goto give_up ||`,
    "inc tries",
    `echo Trying again in ${delaySeconds} s`,
    `sleep ${delaySeconds}`,
    `goto ${step}`,
  ];
}

function lines(...text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
