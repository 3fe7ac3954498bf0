// What a worker found in its machine, as an annotation of the Hardware in the form that rule sets read.
import { attributesAnnotation, oneLine, type ResourceKey } from "@neverland/api";
import type { AgentAttributes } from "@neverland/api/workflow";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { TinkServerDeps } from "../ports.ts";

export const mostAttributesBytes = 64 * 1024;
/** Characters of one value; no card calls itself longer. */
const longestText = 1024;

/**
 * Writes only what differs.
 * @returns How many bytes it would take where that is too much, and nothing was written.
 * @throws {StoreError} `conflict` when others wrote the Hardware twice meanwhile.
 */
export async function annotateHardware(
  key: ResourceKey,
  attributes: AgentAttributes,
  hardware: TinkServerDeps["hardware"],
): Promise<number | undefined> {
  const text = JSON.stringify(attributesDocument(attributes));
  const bytes = Buffer.byteLength(text);
  if (bytes > mostAttributesBytes) return bytes;
  try {
    await annotate(key, text, hardware);
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "conflict")) throw error;
    await annotate(key, text, hardware);
  }
  return undefined;
}

async function annotate(key: ResourceKey, text: string, hardware: TinkServerDeps["hardware"]): Promise<void> {
  const machine = await hardware.get(key);
  if (machine === undefined || machine.metadata.annotations?.[attributesAnnotation] === text) return;
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
  const own = Object.entries(message).filter(([name]) => !name.startsWith("$"));
  return withoutEmpty(Object.fromEntries(own.map(([name, value]) => [name, printable(value)])));
}

/** Vendors put blanks and worse into their names, and a hostile machine what a terminal obeys: only what can be seen is kept. */
function printable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== "string") return value;
  return oneLine(value.slice(0, longestText));
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    value === undefined || value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
