// What a worker found in its machine, kept as an annotation of the Hardware in the form that rule sets read.
import type { ResourceKey } from "@neverland/api";
import type { AgentAttributes } from "@neverland/api/workflow";
import type { TinkServerDeps } from "./ports.ts";

export const attributesAnnotation = "tinkerbell.org/agent-attributes";
const mostAttributesBytes = 64 * 1024;

/** Written once: a Hardware that has it keeps it. */
export async function annotateHardware(
  key: ResourceKey,
  attributes: AgentAttributes,
  { hardware }: Pick<TinkServerDeps, "hardware">,
): Promise<void> {
  const machine = await hardware.get(key);
  if (machine === undefined || machine.metadata.annotations?.[attributesAnnotation] !== undefined) return;
  const text = JSON.stringify(attributesDocument(attributes));
  if (Buffer.byteLength(text) > mostAttributesBytes) return;
  const annotations = { ...machine.metadata.annotations, [attributesAnnotation]: text };
  await hardware.update({ ...machine, metadata: { ...machine.metadata, annotations } });
}

/** The names are those of the annotation, which are not those of the message. */
function attributesDocument(attributes: AgentAttributes) {
  const { cpu, memory, block, network, pci, gpu, chassis, bios, baseboard, product } = attributes;
  return withoutEmpty({
    cpu:
      cpu &&
      withoutEmpty({
        totalCores: cpu.totalCores,
        totalThreads: cpu.totalThreads,
        processors: cpu.processors.map(plain),
      }),
    memory: memory && plain(memory),
    blockDevices: block.map(plain),
    networkInterfaces: network.map(plain),
    pciDevices: pci.map(plain),
    gpuDevices: gpu.map(plain),
    chassis: chassis && plain(chassis),
    bios: bios && plain(bios),
    baseboard: baseboard && plain(baseboard),
    product: product && plain(product),
  });
}

/** The message's own fields, without what the codec keeps beside them. */
function plain(message: object): Record<string, unknown> {
  return withoutEmpty(Object.fromEntries(Object.entries(message).filter(([name]) => !name.startsWith("$"))));
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    value === undefined || value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
