// Tink Server as a row of the table of components; what it is made of is loaded when it runs.
import { defineComponent } from "@neverland/component-kit/component.ts";
import type { Settings } from "@neverland/component-kit/read-settings.ts";

const [certificate, key] = ["tinkServer.tls.certificateFile", "tinkServer.tls.keyFile"];
const [enabled, anyCertificate] = ["tinkServer.tls.enabled", "tinkServer.tls.anyCertificate"];

const parts = () => import("./make-tink-server.ts");

/** Port, authority and TLS are shared settings: Boots tells them to machines. */
export const component = defineComponent({
  name: "tink-server",
  path: "tinkServer",
  settings: {},
  problems: tlsProblems,
  check: async ({ shared, settings }) => {
    await (await import("./protocol/tls-files.ts")).readTlsFiles(shared, settings);
    return [];
  },
  load: parts,
  make: async (deps) => await (await parts()).makeTinkServer(deps),
});

function tlsProblems(settings: Settings): readonly string[] {
  const has = (path: string): boolean => settings.get(path) !== undefined && settings.get(path) !== false;
  const problems: string[] = [];
  const refuse = (given: string, text: string): void => void problems.push(`${settings.placeOf(given)}${text}`);
  const needed = (missing: string, given: string): void =>
    refuse(given, `${settings.nameOf(missing, given)} is needed with ${settings.nameOf(given)}`);
  if (has(certificate) && !has(key)) needed(key, certificate);
  if (has(key) && !has(certificate)) needed(certificate, key);
  if (has(anyCertificate) && !has(enabled) && !has(certificate)) {
    const [name, first, second] = [anyCertificate, certificate, enabled].map((one) =>
      settings.nameOf(one, anyCertificate),
    );
    refuse(anyCertificate, `${name} means nothing without ${first} or ${second}`);
  }
  return problems;
}
