// What a Hardware has the installed system told of itself, and no system can use. Templates may have a use of their own for it, so it stands.
import { z } from "zod";
import { fieldSteps, fieldsAt, isSomeAt } from "../field-path.ts";
import { whyNoHostName } from "./host-name.ts";
import { show } from "./interface-doubts.ts";
import { isNetmask } from "./netmask.ts";

type Rule = (text: string) => string | undefined;

const isAddress = (text: string): boolean => z.regexes.ipv4.test(text) || z.regexes.ipv6.test(text);

const address: Rule = (text) =>
  isAddress(text) ? undefined : `${show(text)} is no address, and systems are told it as one`;

const netmask: Rule = (text) =>
  isNetmask(text) || z.regexes.ipv6.test(text) ? undefined : `${show(text)} is no netmask such as 255.255.255.0`;

const hostName: Rule = (text) => {
  const why = whyNoHostName(text);
  return why === undefined ? undefined : `${show(text)} is no host name, so systems take another one: ${why}`;
};

const ruleAt: readonly (readonly [path: string, rule: Rule])[] = [
  ["spec.metadata.instance.hostname", hostName],
  ["spec.metadata.instance.ips[].address", address],
  ["spec.metadata.instance.ips[].netmask", netmask],
  ["spec.metadata.instance.ips[].gateway", address],
];

const rules = ruleAt.map(([path, rule]) => {
  const doubtOf = (value: unknown) => (typeof value === "string" && value !== "" ? rule(value) : undefined);
  return { path, doubtOf, steps: fieldSteps(path), isBroken: (value: unknown) => doubtOf(value) !== undefined };
});

/** Of a Hardware, or of what is written of one. @returns A sentence each, without its full stop. */
export function metadataDoubts(hardware: object): string[] {
  return rules
    .filter(({ steps, isBroken }) => isSomeAt(hardware, steps, isBroken))
    .flatMap(({ path, doubtOf }) =>
      fieldsAt(hardware, path).flatMap(({ field, value }) => {
        const doubt = doubtOf(value);
        return doubt === undefined ? [] : [`${field}: ${doubt}`];
      }),
    );
}
