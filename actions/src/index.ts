export * from "./build/action-images.ts";
export * from "./build/build-error.ts";
export * from "./build/bundle-action.ts";
export * from "./build/node-base.ts";
