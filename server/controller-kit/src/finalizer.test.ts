import assert from "node:assert/strict";
import { test } from "node:test";
import { formatKey, kinds, type Template } from "@neverland/api";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { Controller } from "./controller.ts";
import { ControllerRuntime } from "./controller-runtime.ts";
import { MortalStore } from "./testing/mortal-store.ts";

const name = "test.neverland.dev/lamp";
const key = { namespace: "default", name: "lamp" };

/** Switches a lamp on for each Template with data, and off for one without, or on its way out. The lamps outlive every process. */
function lampController(lamps: Set<string>): Controller<Template> {
  return {
    name: "lamp-controller",
    kind: kinds.Template,
    writes: [{ kind: kinds.Template, part: "status", mode: "exclusive" }],
    finalizer: { name, isNeeded: ({ spec, status }: Template) => spec?.data === "on" || status?.state === "Ready" },
    limits: { firstRetryMs: 1 },
    begin: (store) => {
      const templates = typedStore(store, kinds.Template);
      const off = (template: Template) => void lamps.delete(formatKey(template.metadata));
      return {
        reconcile: async (template) => {
          if (template.spec?.data === "on") lamps.add(formatKey(template.metadata));
          else off(template);
          const status = template.spec?.data === "on" ? { state: "Ready" as const } : {};
          if (template.status?.state !== status.state) await templates.updateStatus({ ...template, status });
          return {};
        },
        finalize: async (template) => {
          off(template);
          return {};
        },
      };
    },
  };
}

/** Its timers keep no process alive: those of the dead go off for nobody. */
const mortalClock: Clock = {
  nowMs: () => Date.now(),
  asOfNowMs: (stampMs) => stampMs,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** One life of a controller, up to its death or until all is settled. */
class Lives {
  readonly store = openMemoryStore();
  readonly templates = typedStore(this.store, kinds.Template);
  readonly lamps = new Set<string>();

  async live(
    death: ConstructorParameters<typeof MortalStore>[1],
    isOver: () => Promise<boolean>,
  ): Promise<MortalStore> {
    const mortal = new MortalStore(this.store, death);
    const onError = ({ doing, error }: { doing: string; error: unknown }) => assert.fail(`${doing}: ${error}`);
    const deps = { store: mortal, clock: mortalClock, random: () => 0, onError };
    const runtime = new ControllerRuntime([lampController(this.lamps)], deps);
    await runtime.start(AbortSignal.timeout(5000));
    const giveUp = AbortSignal.timeout(10_000);
    let isDead = false;
    void mortal.died.promise.then(() => {
      isDead = true;
    });
    while (!isDead && !(await isOver())) {
      giveUp.throwIfAborted();
      await new Promise(setImmediate);
    }
    // The dead hear nothing, so they are not waited for; it may die of the stop.
    await Promise.race([runtime.stop(AbortSignal.abort()), mortal.died.promise]);
    return mortal;
  }

  isGone = async () => (await this.templates.get(key)) === undefined;
  isLit = async () => (await this.templates.get(key))?.status?.state === "Ready";
  isDark = async () => (await this.templates.get(key))?.metadata.finalizers?.length === 0;
}

const deaths = [0, 1, 2, 3].flatMap((write) => (["before", "after"] as const).map((when) => ({ write, when })));

for (const death of deaths)
  test(`killed ${death.when} write ${death.write}, and deleted meanwhile, an object leaves nothing on`, async () => {
    const lives = new Lives();
    await lives.templates.create({ metadata: key, spec: { data: "on" } });
    await lives.live(death, lives.isLit);
    await lives.templates.delete(key);
    await lives.live(undefined, lives.isGone);
    assert.equal(lives.lamps.size, 0);
  });

for (const death of deaths.filter(({ write }) => write === 0))
  test(`killed ${death.when} write ${death.write} of the end, an object still goes and leaves nothing on`, async () => {
    const lives = new Lives();
    await lives.templates.create({ metadata: key, spec: { data: "on" } });
    await lives.live(undefined, lives.isLit);
    assert.deepEqual([...lives.lamps], ["default/lamp"]);
    await lives.templates.delete(key);
    await lives.live(death, lives.isGone);
    await lives.live(undefined, lives.isGone);
    assert.equal(lives.lamps.size, 0);
  });

test("an object that has nothing left to take back loses its finalizer and can go without a controller", async () => {
  const lives = new Lives();
  await lives.templates.create({ metadata: key, spec: { data: "on" } });
  await lives.live(undefined, lives.isLit);
  const lit = await lives.templates.get(key);
  assert.deepEqual(lit?.metadata.finalizers, [name]);
  await lives.templates.update({ ...lit, spec: { data: "" } });
  await lives.live(undefined, lives.isDark);
  await lives.templates.delete(key);
  assert.deepEqual([await lives.isGone(), lives.lamps.size], [true, 0]);
});

test("killed at random moments, over and over, an object comes to its end and leaves nothing on", async (t) => {
  const random = seededRandom(t);
  const lives = new Lives();
  for (let round = 0; round < 30; round += 1) {
    await lives.templates.create({ metadata: key, spec: { data: random() < 0.8 ? "on" : "" } });
    for (let kills = Math.floor(random() * 4); kills > 0; kills -= 1) {
      const death = { write: Math.floor(random() * 3), when: random() < 0.5 ? "before" : "after" } as const;
      if (random() < 0.5) await lives.templates.delete(key).catch(() => undefined);
      await lives.live(death, async () => (await lives.isLit()) || (await lives.isGone()) || random() < 0.01);
    }
    if (!(await lives.isGone())) await lives.templates.delete(key);
    await lives.live(undefined, lives.isGone);
    assert.equal(lives.lamps.size, 0, `round ${round}`);
  }
});
