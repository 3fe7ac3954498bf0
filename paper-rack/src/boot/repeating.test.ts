import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import { askRepeatedly } from "./repeating.ts";

describe("a question that is asked again", () => {
  let asked: number;
  let repeats: number;
  let answer: (text: string) => void;
  let end: AbortController;
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ["setTimeout"] });
    [asked, repeats] = [0, 0];
    end = new AbortController();
  });

  const ask = (): Promise<string> =>
    askRepeatedly<string>(
      {
        ask: () => {
          asked += 1;
        },
        repeated: () => {
          repeats += 1;
        },
        onAnswer: (answered) => {
          answer = answered;
        },
        what: "a question",
      },
      end.signal,
    );

  test("is asked after one, two and four seconds more", async () => {
    const asking = ask();
    const times = [0, 1000, 1999, 1, 3999, 1].map((ms) => {
      mock.timers.tick(ms);
      return asked;
    });
    answer("yes");
    assert.equal(await asking, "yes");
    assert.deepEqual([times, repeats], [[1, 2, 2, 3, 3, 4], 3]);
  });

  test("is given up eight seconds after the last time", async () => {
    const asking = assert.rejects(ask(), { code: "gone-silent", message: "no answer to a question, asked 4 times" });
    for (const ms of [1000, 2000, 4000, 8000]) mock.timers.tick(ms);
    await asking;
  });

  test("is asked no more once it is answered", async () => {
    const asking = ask();
    answer("yes");
    await asking;
    mock.timers.tick(20_000);
    assert.equal(asked, 1);
  });

  test("ends with its signal", async () => {
    const asking = assert.rejects(ask(), /power is off/);
    end.abort(new Error("power is off"));
    await asking;
  });
});
