// Writes the pages of docs/ that are made from tables in the code.
import { writeFileSync } from "node:fs";
import { generatedPages } from "./generated-pages.ts";

for (const [path, make] of Object.entries(generatedPages)) writeFileSync(path, await make());
