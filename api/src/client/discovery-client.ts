// What a server has: its groups, versions and kinds, as it lists them for any client.
import { z } from "zod";
import { sendForJson, type TransportOptions } from "./transport.ts";

export type DiscoveredResource = {
  readonly name: string;
  readonly group: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
};

const texts = z.array(z.string()).default([]);
const coreSchema = z.looseObject({ versions: texts });
const groupsSchema = z.looseObject({
  groups: z.array(z.looseObject({ versions: z.array(z.looseObject({ groupVersion: z.string() })) })),
});
const resourcesSchema = z.looseObject({
  resources: z.array(
    z.looseObject({
      ...{ name: z.string(), kind: z.string(), namespaced: z.boolean() },
      ...{ shortNames: texts, categories: texts, verbs: texts },
    }),
  ),
});

export class DiscoveryClient {
  readonly #transport: TransportOptions;
  constructor(transport: TransportOptions) {
    this.#transport = transport;
  }

  /** `v1` and `GROUP/VERSION`. @throws {ApiError} */
  async versions(): Promise<string[]> {
    const core = coreSchema.parse(await this.#get("/api"));
    const { groups } = groupsSchema.parse(await this.#get("/apis"));
    return [...core.versions, ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))];
  }

  /** Of every version; without what has a path beneath an object's. @throws {ApiError} */
  async resources(): Promise<DiscoveredResource[]> {
    const lists = (await this.versions()).map(async (apiVersion) => {
      const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const { resources } = resourcesSchema.parse(await this.#get(path));
      const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
      return resources.filter(({ name }) => !name.includes("/")).map((each) => ({ ...each, group, apiVersion }));
    });
    return (await Promise.all(lists)).flat();
  }

  async #get(path: string): Promise<unknown> {
    return await sendForJson(this.#transport, { method: "GET", path });
  }
}
