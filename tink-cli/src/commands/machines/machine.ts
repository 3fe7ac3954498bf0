// tink machine add: describes a machine, and orders its installation, without a line of YAML.
import { readdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { basename, dirname, join } from "node:path";
import { writeYaml } from "@neverland/yaml";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../../cli-error.ts";
import { readEndpoint, readMac } from "../../command-line/address-values.ts";
import { connect, type GlobalOptions } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { addMachine } from "../../machines/add-machine.ts";
import {
  type MadeObject,
  type Network,
  newHardware,
  newWorkflow,
  ownAddressIn,
  readNetwork,
} from "../../machines/machine-manifests.ts";
import { publicKeys } from "../../machines/ssh-keys.ts";
import { checkStated } from "../../machines/stated-values.ts";
import { readManifests } from "../../manifests/manifest-files.ts";
import { checkout } from "../../own-command.ts";

type AddOptions = {
  mac: string;
  ip: Network;
  gateway?: string;
  disk: string;
  sshKey?: string;
  install?: string;
  bootServer?: string;
  replace?: boolean;
  output?: "yaml";
};

const bootPort = 7080;

export function configure(machine: Command, context: CliContext): void {
  const add = machine.command("add <name>");
  add
    .description("describe a machine, and with --install order what is to be done on it")
    .requiredOption("--mac <address>", "of the network card that it boots from, in any spelling", readMac)
    .requiredOption("--ip <address/prefix>", "what it is to have, such as 192.168.1.50/24", network)
    .option("--gateway <address>", "its way out, and its name server")
    .option("--disk <device>", "what is written to", "/dev/sda")
    .option("--ssh-key <file>", "who may log in: a public key, or a file of them (default: ~/.ssh/*.pub)")
    .option("--install <example>", "make a Workflow of that folder of examples/: debian, debian-kexec")
    .option(
      "--boot-server <address:port>",
      `where the machine reaches tink up (default: this computer's address in the machine's network, port ${bootPort})`,
      readEndpoint(bootPort),
    )
    .option("--replace", "where there is a machine of that name with other values, write these over it")
    .addOption(
      new Option("-o, --output <format>", "print the manifests, to keep or to change, and send nothing").choices([
        "yaml",
      ]),
    )
    .action(async (name: string, options: AddOptions) => {
      const objects = await manifestsOf(name, options, add.optsWithGlobals<GlobalOptions>().namespace, context);
      if (options.output === "yaml")
        return context.stdout(objects.map(({ resource }) => writeYaml(resource)).join("---\n"));
      const passedOver = new Set(options.sshKey === undefined ? ["--ssh-key"] : []);
      await addMachine(
        objects,
        { replace: options.replace ?? false, passedOver },
        await connect(add, context),
        context,
      );
    });
}

async function manifestsOf(
  name: string,
  { install, bootServer, ip, sshKey, mac, disk, gateway }: AddOptions,
  namespace: string,
  { env }: CliContext,
): Promise<MadeObject[]> {
  if (install !== undefined) await checkExample(install);
  const sshKeys = await publicKeys(sshKey, env);
  const machine = { name, namespace, mac, disk, network: ip, sshKeys, ...(gateway !== undefined && { gateway }) };
  const hardware = newHardware(machine);
  checkStated(hardware.resource);
  if (install === undefined) return [hardware];
  const [template] = await readManifests([join(checkout, "examples", install, "template.yaml")]);
  const own = ownAddressIn(ip, networkInterfaces());
  const server = bootServer ?? (own && `${own}:${bootPort}`);
  if (template === undefined || server === undefined)
    throw new CliError(
      "usage",
      `No interface of this computer has an address in the network of ${ip.address}/${ip.prefixLength}: say with --boot-server where the machine reaches tink up, such as 192.168.1.2:${bootPort}.`,
    );
  const { metadata } = template.resource;
  const templateName = metadata.name ?? install;
  return [
    hardware,
    { ...template, resource: { ...template.resource, metadata: { ...metadata, namespace } } },
    newWorkflow(machine, templateName, server),
  ];
}

async function checkExample(install: string): Promise<void> {
  const files = await readdir(join(checkout, "examples"), { recursive: true });
  const names = files.filter((file) => basename(file) === "template.yaml").map(dirname);
  if (!names.includes(install))
    throw new CliError("usage", `--install ${install}: expected one of ${names.sort().join(", ")}`);
}

function network(text: string): Network {
  const read = readNetwork(text);
  if (read !== undefined) return read;
  throw new InvalidArgumentError("Expected an address with its prefix length, such as 192.168.1.50/24.");
}
