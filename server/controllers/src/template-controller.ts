// Says of every Template whether its text can be read at all, and where not, before any Workflow uses it.
import { isDeepStrictEqual } from "node:util";
import { kinds, type Template, type TemplateStatus } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { CheckTemplate } from "./ports.ts";

export function templateController({ check }: { readonly check: CheckTemplate }): Controller<Template> {
  return {
    name: "template-controller",
    kind: kinds.Template,
    writes: [{ kind: kinds.Template, part: "status", mode: "exclusive" }],
    begin: (store) => {
      const templates = typedStore(store, kinds.Template);
      return {
        reconcile: async (template) => {
          const problems = check({ name: template.metadata.name, data: template.spec?.data ?? "" });
          const status: TemplateStatus =
            problems.length === 0 ? { state: "Ready" } : { state: "Error", message: problems.join("; ") };
          if (!isDeepStrictEqual(status, template.status)) await templates.updateStatus({ ...template, status });
          return {};
        },
      };
    },
  };
}
