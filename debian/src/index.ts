// What other packages may use of Debian's tools.
export * from "./ensure-lists.ts";
export * from "./ensure-packages.ts";
export { fetchPackageLists } from "./package-lists.ts";
export * from "./run-program.ts";
export * from "./unpack-packages.ts";
