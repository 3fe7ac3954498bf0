export * from "./build/action-images.ts";
export * from "./build/build-error.ts";
export * from "./build/bundle-program.ts";
export * from "./build/node-base.ts";
