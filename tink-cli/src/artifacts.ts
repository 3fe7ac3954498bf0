// TEMPORARY
export const cacheDir = (e: any) => "/tmp/c";
export const buildHookInto = async (..._: any[]) => {};
export const buildImageInto = async (..._: any[]) => {};
export const ensureDemoArtifacts = async (..._: any[]) => ({ hookDir: "", filesDir: "" });
