// What may stand in metadata, as Kubernetes has it (apimachinery `ValidateObjectMeta`): names, labels, annotations, finalizers, owners.
import type { KindInfo, ObjectMeta, OwnerReference } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import type { FieldFault } from "../resource-error.ts";
import { namespaceFaults } from "./namespace-name.ts";
import { badValue } from "./schema-faults.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const namePart = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
const version = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Keys and values of all annotations of one object. */
const mostAnnotationBytes = 256 * 1024;

const nameRule = "must be a lower case DNS name of at most 253 letters, digits, '-' and '.', such as machine-1";
const qualifiedRule = "must be at most 63 letters, digits, '-', '_' and '.', after a DNS name and '/' or none";

export function metadataFaults({ scope, holdsOthers }: KindInfo, metadata: ObjectMeta): FieldFault[] {
  const { name, generateName, namespace, labels, annotations, finalizers, ownerReferences } = metadata;
  const own = scope === "cluster" ? unless(namespace === "", "metadata.namespace", namespace, "must be empty") : [];
  return [
    ...(holdsOthers
      ? namespaceFaults("metadata.name", name)
      : unless(isSubdomain(name), "metadata.name", name, nameRule)),
    ...(generateName ? generateNameFaults(generateName) : []),
    ...(scope === "cluster" ? own : namespaceFaults("metadata.namespace", namespace)),
    ...(labels ? labelFaults(labels) : []),
    ...(annotations ? annotationFaults(annotations) : []),
    ...(finalizers ? finalizerFaults(finalizers) : []),
    ...(ownerReferences ? ownerFaults(ownerReferences) : []),
  ];
}

function unless(ok: boolean, field: string, value: unknown, expected: string): FieldFault[] {
  return ok ? [] : [badValue(field, value, expected)];
}

/** What is put behind it begins with a letter or a digit, so it may end as no name may. */
function generateNameFaults(generateName: string): FieldFault[] {
  return unless(isSubdomain(generateName.replace(/-$/, "a")), "metadata.generateName", generateName, nameRule);
}

function labelFaults(labels: Readonly<Record<string, string>>): FieldFault[] {
  const valueRule = "must be at most 63 letters, digits, '-', '_', '.'";
  return Object.entries(labels).flatMap(([key, value]) => [
    ...unless(isQualified(key), "metadata.labels", key, qualifiedRule),
    ...unless(labelValue.test(value), `metadata.labels[${key}]`, value, valueRule),
  ]);
}

function annotationFaults(annotations: Readonly<Record<string, string>>): FieldFault[] {
  const field = "metadata.annotations";
  const entries = Object.entries(annotations);
  const bytes = entries.reduce((sum, texts) => sum + Buffer.byteLength(texts[0]) + Buffer.byteLength(texts[1]), 0);
  const message = `Too long: may not be more than ${mostAnnotationBytes} bytes`;
  return [
    ...entries.flatMap(([key]) => unless(isQualified(key.toLowerCase()), field, key, qualifiedRule)),
    ...(bytes > mostAnnotationBytes ? [{ reason: "FieldValueTooLong", message, field }] : []),
  ];
}

function finalizerFaults(finalizers: readonly string[]): FieldFault[] {
  const isBoth = finalizers.includes(orphanFinalizer) && finalizers.includes(foregroundFinalizer);
  const rule = `${orphanFinalizer} and ${foregroundFinalizer} cannot be both set`;
  return [
    ...finalizers.flatMap((finalizer, at) =>
      unless(isQualified(finalizer), `metadata.finalizers[${at}]`, finalizer, qualifiedRule),
    ),
    ...unless(!isBoth, "metadata.finalizers", finalizers, rule),
  ];
}

function ownerFaults(owners: readonly OwnerReference[]): FieldFault[] {
  const field = "metadata.ownerReferences";
  const controllers = owners.filter(({ controller }) => controller === true).map(({ name }) => name);
  const names = controllers.slice(0, 2).join(" and ");
  const rule = `Only one reference can have Controller set to true. Found "true" in references for ${names}`;
  return [
    ...owners.flatMap((owner, at) => [
      ...unless(
        isApiVersion(owner.apiVersion),
        `${field}[${at}].apiVersion`,
        owner.apiVersion,
        "must be GROUP/VERSION",
      ),
      ...(["kind", "name", "uid"] as const).flatMap((key) =>
        unless(owner[key] !== "", `${field}[${at}].${key}`, owner[key], "must not be empty"),
      ),
    ]),
    ...unless(controllers.length < 2, field, controllers, rule),
  ];
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 && subdomain.test(text);
}

function isQualified(text: string): boolean {
  const at = text.indexOf("/");
  return namePart.test(text.slice(at + 1)) && (at < 0 || isSubdomain(text.slice(0, at)));
}

function isApiVersion(text: string): boolean {
  const [last = "", group, ...more] = text.split("/").toReversed();
  return version.test(last) && more.length === 0 && (group === undefined || isSubdomain(group));
}
