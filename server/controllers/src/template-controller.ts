// Says of every Template whether its text can be read at all, and where not, before any Workflow uses it.
import { isDeepStrictEqual } from "node:util";
import { formatKey, kinds, parseKey, type Template, type TemplateStatus } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import type { Service } from "@neverland/platform/service.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { type TypedStore, typedStore } from "@neverland/store/typed-resources.ts";
import type { CheckTemplate } from "./ports.ts";
import { WorkQueue } from "./work-queue.ts";

export type TemplateControllerDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly check: CheckTemplate;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

export class TemplateController implements Service {
  readonly #deps: TemplateControllerDeps;
  readonly #templates: TypedStore<Template>;
  readonly #queue: WorkQueue;
  readonly #abort = new AbortController();
  #following: Following | undefined;

  constructor(deps: TemplateControllerDeps) {
    this.#deps = deps;
    this.#templates = typedStore(deps.store, kinds.Template);
    const { clock, random, onError } = deps;
    this.#queue = new WorkQueue({
      clock,
      random,
      run: (key) => this.#checkOne(key),
      onError: ({ key, error, retryInMs }) => onError({ doing: `checking template ${key}`, error, retryInMs }),
    });
  }

  /** Ready at once: nobody waits for a check. */
  async start(): Promise<void> {
    const { store, clock, onError } = this.#deps;
    this.#following = follow<Template>({ store, clock, signal: this.#abort.signal }, kinds.Template, {
      onList: (templates) => {
        for (const { metadata } of templates) this.#queue.add(formatKey(metadata));
      },
      onChange: (_, { metadata }) => this.#queue.add(formatKey(metadata)),
      onError: (error, retryInMs) => onError({ doing: "watching templates", error, retryInMs }),
    });
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    await this.#queue.stop(deadline);
    await this.#following?.done;
  }

  async #checkOne(key: string) {
    const parsed = parseKey(key);
    const template = parsed === undefined ? undefined : await this.#templates.get(parsed);
    if (template === undefined) return {};
    const problems = this.#deps.check({ name: template.metadata.name, data: template.spec?.data ?? "" });
    const status: TemplateStatus =
      problems.length === 0 ? { state: "Ready" } : { state: "Error", message: problems.join("; ") };
    if (!isDeepStrictEqual(status, template.status)) await this.#templates.updateStatus({ ...template, status });
    return {};
  }
}
