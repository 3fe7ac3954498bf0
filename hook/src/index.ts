// The builders of what a machine boots: the in-memory OS, and the demo's disk image.

export {
  type ArtifactOptions,
  type Artifacts,
  ensureArtifacts,
  ensureHook,
  ensureImage,
  hookBuildPackages,
  imageBuildPackages,
} from "./artifacts/ensure-artifacts.ts";
export { type BuildHookOptions, type BuildProgress, buildHook, type HookFacts } from "./build-hook.ts";
export { hookPackages, imagePackages } from "./builder-packages.ts";
export { HookError, type HookErrorCode } from "./hook-error.ts";
export { layerPath, type NodeBase } from "./initramfs/root-tree.ts";
