// Runs the health scripts that are shipped for Argo CD as it runs them: the object is `obj`, and neither io nor os is there.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Resource } from "@neverland/api";
import { LuaFactory } from "wasmoon";

const scripts = join(import.meta.dirname, "../../../../argocd/health");

export type Health = { readonly status: string; readonly message?: string };

/** @throws What the script does, or that there is none for the object's kind. */
export async function healthOf(object: Resource): Promise<Health> {
  const group = object.apiVersion.split("/")[0];
  const script = await readFile(join(scripts, `${group}_${object.kind}.lua`), "utf8");
  const lua = await new LuaFactory().createEngine();
  try {
    await lua.doString(`io, os = nil, nil\nobj = ${literal(object)}`);
    const { status, message } = await lua.doString(script);
    return { status, message };
  } finally {
    lua.global.close();
  }
}

/** Argo CD gives tables of Lua, not objects of another language. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(literal).join(", ")}}`;
  if (typeof value !== "object" || value === null) return value === null ? "nil" : JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `[${JSON.stringify(name)}] = ${literal(member)}`).join(", ")}}`;
}
