export * from "./directory-entries.ts";
export * from "./layout-error.ts";
export * from "./manifest.ts";
export * from "./tar-entry.ts";
export * from "./write-image.ts";
export * from "./write-layer.ts";
