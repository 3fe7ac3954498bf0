// The lower directories of a container's overlay, topmost first, under names short enough for one mount option.
//
// mount(2) takes 4096 bytes of options, so each layer gets a link of a few characters beside the config.json. An opaque
// directory would need a trusted.* attribute, which Node cannot set; instead a layer of whiteouts right below it hides, name
// by name, what deeper layers have there.

import { lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { SpecialNodes } from "@neverland/oci";
import type { LayerDirectory } from "./container-runtime.ts";

/** Makes the links in `bundle`; returns the value of overlayfs' `lowerdir`, relative to it. */
export function stackLayers(bundle: string, allLayers: readonly LayerDirectory[]): string {
  const layers = withoutRepeats(allLayers);
  const names: string[] = [];
  for (const [index, layer] of layers.entries()) {
    const lower = layers.slice(0, index).map(({ directory }) => directory);
    const hidden = layer.opaqueDirectories.flatMap((path) => namesBelow(lower, path).map((name) => ({ path, name })));
    if (hidden.length > 0) names.unshift(hide(bundle, `h${index}`, hidden));
    symlinkSync(layer.directory, join(bundle, `l${index}`));
    names.unshift(`l${index}`);
  }
  mkdirSync(join(bundle, "empty"));
  return [...names, "empty"].join(":"); // overlayfs wants a lower directory even of an image without layers
}

/** Overlayfs refuses a directory twice; what a lower repeat shows, the upper one shows as well. */
function withoutRepeats(layers: readonly LayerDirectory[]): LayerDirectory[] {
  return layers.filter(
    ({ directory }, index) => !layers.slice(index + 1).some((later) => later.directory === directory),
  );
}

type Hidden = { readonly path: string; readonly name: string };

function hide(bundle: string, layer: string, hidden: readonly Hidden[]): string {
  mkdirSync(join(bundle, layer));
  const nodes = new SpecialNodes(bundle);
  for (const { path, name } of hidden) {
    const directory = latin1(join(bundle, layer), path);
    mkdirSync(directory, { recursive: true });
    nodes.whiteout(Buffer.concat([directory, Buffer.from("/"), Buffer.from(name, "latin1")]));
  }
  return layer;
}

function namesBelow(layers: readonly string[], path: string): string[] {
  return [
    ...new Set(
      layers.flatMap((layer) => (isRealDirectory(layer, path) ? readdirSync(latin1(layer, path), "latin1") : [])),
    ),
  ];
}

/** Whether no part of the path is a symlink: one that leads elsewhere has nothing to do with this directory. */
function isRealDirectory(layer: string, path: string): boolean {
  const parts = path.split("/");
  return parts.every((_, index) => {
    const stats = lstatSync(latin1(layer, parts.slice(0, index + 1).join("/")), { throwIfNoEntry: false });
    return stats?.isDirectory() === true;
  });
}

function latin1(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}
