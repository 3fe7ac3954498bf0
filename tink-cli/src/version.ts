// The version that this program says it is.
import packageJson from "../package.json" with { type: "json" };

export const { version } = packageJson;
