// tink machine add: describes a machine, and orders its installation, without a line of YAML.
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { qualifiedName } from "@neverland/api";
import { writeYaml } from "@neverland/yaml";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { connect, type GlobalOptions } from "../connect.ts";
import type { CliContext } from "../context.ts";
import {
  type MadeObject,
  type Network,
  newHardware,
  newWorkflow,
  ownAddressIn,
  readNetwork,
} from "../machine/machine-manifests.ts";
import { publicKeys } from "../machine/ssh-keys.ts";
import { readManifests } from "../manifest-files.ts";
import { checkout } from "../own-command.ts";

type AddOptions = {
  mac: string;
  ip: Network;
  gateway?: string;
  disk: string;
  sshKey?: string;
  install?: string;
  bootServer?: string;
  output?: "yaml";
};

const bootPort = 7080;

export function configure(machine: Command, context: CliContext): void {
  const add = machine.command("add <name>");
  add
    .description("describe a machine, and with --install order what is to be done on it")
    .requiredOption("--mac <address>", "of the network card that it boots from")
    .requiredOption("--ip <address/prefix>", "what it is to have, such as 192.168.1.50/24", network)
    .option("--gateway <address>", "its way out, and its name server")
    .option("--disk <device>", "what is written to", "/dev/sda")
    .option("--ssh-key <file>", "who may log in: a public key, or a file of them (default: ~/.ssh/*.pub)")
    .option("--install <example>", "make a Workflow of that folder of examples/: debian, debian-kexec")
    .option(
      "--boot-server <address:port>",
      `where the machine reaches tink up (default: this computer's address in the machine's network, port ${bootPort})`,
    )
    .addOption(
      new Option("-o, --output <format>", "print the manifests, to keep or to change, and send nothing").choices([
        "yaml",
      ]),
    )
    .action(async (name: string, options: AddOptions) => {
      const objects = await manifestsOf(name, options, add.optsWithGlobals<GlobalOptions>().namespace, context);
      if (options.output === "yaml")
        return context.stdout(objects.map(({ resource }) => writeYaml(resource)).join("---\n"));
      const { clientsFor } = await connect(add, context);
      for (const { kind, resource } of objects) {
        const { name = "", namespace = "default" } = resource.metadata;
        const subject = `${kind.singular}/${name}`;
        await clientsFor(subject)(kind).apply({ spec: resource.spec, metadata: { name, namespace } });
        context.stdout(`${qualifiedName(kind, kind.singular)}/${name} applied\n`);
      }
    });
}

async function manifestsOf(
  name: string,
  { install, bootServer, ip, sshKey, ...rest }: AddOptions,
  namespace: string,
  { env }: CliContext,
): Promise<MadeObject[]> {
  const { mac, disk, gateway } = rest;
  const sshKeys = await publicKeys(sshKey, env);
  const machine = { name, namespace, mac, disk, network: ip, sshKeys, ...(gateway !== undefined && { gateway }) };
  if (install === undefined) return [newHardware(machine)];
  const [template] = await readManifests([join(checkout, "examples", install, "template.yaml")]);
  const address = bootServer ?? ownAddressIn(ip, networkInterfaces());
  if (template === undefined || address === undefined)
    throw new CliError(
      "usage",
      `No interface of this computer has an address in the network of ${ip.address}/${ip.prefixLength}: say with --boot-server where the machine reaches tink up, such as 192.168.1.2:${bootPort}.`,
    );
  const { metadata } = template.resource;
  const templateName = metadata.name ?? install;
  const server = address.includes(":") ? address : `${address}:${bootPort}`;
  return [
    newHardware(machine),
    { ...template, resource: { ...template.resource, metadata: { ...metadata, namespace } } },
    newWorkflow(machine, templateName, server),
  ];
}

function network(text: string): Network {
  const read = readNetwork(text);
  if (read !== undefined) return read;
  throw new InvalidArgumentError("Expected an address with its prefix length, such as 192.168.1.50/24.");
}
