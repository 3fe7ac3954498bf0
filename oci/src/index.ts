export * from "./choose-manifest.ts";
export * from "./http-get.ts";
export * from "./manifest.ts";
export * from "./oci-error.ts";
export * from "./reference.ts";
export * from "./registry-auth.ts";
export * from "./registry-client.ts";
export { SpecialNodes } from "./special-nodes.ts";
export * from "./unpack-layer.ts";
