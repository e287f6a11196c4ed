/** An interview between its form, its draft and another window. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type EffectScope, effectScope } from "vue";

import type { JsonObject, Verdict } from "@/engine";
import { StoreError } from "@/store/errors";

const FORM = { pages: [{ name: "p", elements: [{ type: "text", name: "nama" }] }] };
const UNIT = { id: "u", person: "p", kegiatan: "k", version: 1, status: "Opened", label: "Rumah", form_version_used: 1, responses: null, prefilled_data: null };
const draft = { answers: {} as JsonObject, updated_at: 5, started_at: 5, form_version: 1, place: null, base_version: 1, base_answers: null, after: null, role: "PPL" };
let hidden: string[] = [];
let verdictLabel = "";
const store = {
  assignmentGet: () => Promise.resolve(UNIT),
  formGet: () => Promise.resolve({ version: 1, checksum: "c", schema: FORM, engine: null }),
  draftGet: () => Promise.resolve(draft),
  draftOpen: () => Promise.resolve({ ...draft }),
  operationList: () => Promise.resolve([]),
  mastersReady: () => Promise.resolve({}),
  draftSave: vi.fn<(change: JsonObject) => Promise<number>>(() => Promise.resolve(6)),
  draftSubmit: vi.fn<(submission: JsonObject) => Promise<string>>(() => Promise.resolve("op")),
};
vi.mock("@/store", () => ({ store }));
vi.mock("@/sync", () => ({ sync: { now: () => Promise.resolve(), formFetch: () => Promise.resolve() } }));
vi.mock("@/ui/survey/judge", () => ({
  Judge: class {
    verdict(question: { answers: JsonObject }): Promise<Partial<Verdict>> {
      return Promise.resolve({ answers: question.answers, errors: [], warnings: [], blanks: [], hidden, visible: [], label: verdictLabel, outcome: null });
    }

    close(): void {
      // nothing runs
    }
  },
}));
const { useInterview } = await import("@/features/interview/use-interview");

let scope: EffectScope;
const form = { flush: vi.fn(), quiet: vi.fn(() => Promise.resolve(true)), leaveOut: vi.fn() };
const turned = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  form.flush.mockImplementation(() => undefined);
  store.draftSave.mockImplementation(() => Promise.resolve(6));
  [hidden, verdictLabel] = [[], ""];
  Object.assign(draft, { answers: {}, updated_at: 5 });
  vi.stubGlobal("navigator", {});
  const events = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal("document", events);
  vi.stubGlobal("addEventListener", events.addEventListener);
  vi.stubGlobal("removeEventListener", events.removeEventListener);
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<ReturnType<typeof useInterview>> {
  const interview = scope.run(() => useInterview({ person: "p", kegiatan: "k", assignment: "u" }, () => form, turned));
  if (interview === undefined) throw new Error("no scope");
  await vi.advanceTimersByTimeAsync(10);
  return interview;
}

describe("a verdict", () => {
  test("on the present answers is followed by the form, and names the unit", async () => {
    const interview = await opened();
    form.leaveOut.mockClear();
    [hidden, verdictLabel] = [["nama"], "tanpa nama"];
    interview.changed({ nama: "Siti" });
    expect(interview.label.value).toBe("Rumah");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(form.leaveOut.mock.calls).toEqual([[["nama"]]]);
    expect(interview.label.value).toBe("tanpa nama");
    interview.changed({ nama: "Siti Aminah" });
    expect(interview.label.value).toBe("Rumah");
  });

  test("on others is not", async () => {
    const interview = await opened();
    form.leaveOut.mockClear();
    interview.changed({ nama: "Siti" });
    const judging = interview.judgeNow();
    interview.changed({ nama: "Siti Aminah" });
    await judging;
    expect(form.leaveOut).not.toHaveBeenCalled();
  });
});

describe("sending", () => {
  test("sends what was judged, on the draft that was seen", async () => {
    const interview = await opened();
    interview.changed({ nama: "Siti" });
    const verdict = await interview.judgeNow();
    expect(await interview.submit(verdict)).toBe(true);
    expect(store.draftSubmit).toHaveBeenCalledWith(expect.objectContaining({ answers: { nama: "Siti" }, seen_at: 6 }));
  });

  test("sends nothing when something was answered after the check", async () => {
    const interview = await opened();
    interview.changed({ nama: "Siti" });
    const verdict = await interview.judgeNow();
    interview.changed({ nama: "Siti", foto: ["f1"] });
    expect(await interview.submit(verdict)).toBe(false);
    expect(store.draftSubmit).not.toHaveBeenCalled();
    expect(store.draftSave).toHaveBeenLastCalledWith(expect.objectContaining({ answers: { nama: "Siti", foto: ["f1"] } }));
    expect(await interview.submit(await interview.judgeNow())).toBe(true);
  });

  test("nor when the form still held something that it had not told", async () => {
    const interview = await opened();
    interview.changed({ nama: "Siti" });
    const verdict = await interview.judgeNow();
    form.flush.mockImplementation(() => interview.changed({ nama: "Siti Aminah" }));
    expect(await interview.submit(verdict)).toBe(false);
    expect(store.draftSubmit).not.toHaveBeenCalled();
  });

  test("a draft that another window changed is read anew, not sent", async () => {
    const interview = await opened();
    interview.changed({ nama: "Siti" });
    const verdict = await interview.judgeNow();
    store.draftSubmit.mockRejectedValueOnce(new StoreError("wrong_state", "changed"));
    draft.answers = { nama: "Budi" };
    expect(await interview.submit(verdict)).toBe(false);
    expect(turned).toHaveBeenCalledOnce();
    expect(interview.answers.value).toEqual({ nama: "Budi" });
  });
});

describe("writing", () => {
  test("names the draft that was seen, and what it was begun from", async () => {
    const interview = await opened();
    interview.changed({ nama: "S" });
    await interview.settle();
    interview.changed({ nama: "Si" });
    await interview.settle();
    const calls = store.draftSave.mock.calls.map(([change]) => change);
    expect(calls.map((change) => change["seen_at"])).toEqual([5, 6]);
    expect(calls[0]).toMatchObject({ base: { base_version: 1, form_version: 1, role: "PPL" } });
  });

  test("over another window's words is given up for what stands there, and said", async () => {
    const interview = await opened();
    const { value: before } = interview.opened;
    store.draftSave.mockRejectedValueOnce(new StoreError("wrong_state", "changed"));
    draft.answers = { nama: "Budi" };
    interview.changed({ nama: "Siti" });
    await interview.settle();
    await vi.advanceTimersByTimeAsync(50);
    expect(turned).toHaveBeenCalledOnce();
    expect(interview.saving.value.state).toBe("saved");
    expect(interview.opened.value).toMatchObject({ state: "fill", start: { nama: "Budi" }, round: (before as { round: number }).round + 1 });
  });

  test("comes before a unit is read again", async () => {
    const interview = await opened();
    form.flush.mockImplementation(() => interview.changed({ nama: "Siti" }));
    await interview.reopen();
    expect(store.draftSave).toHaveBeenCalledWith(expect.objectContaining({ answers: { nama: "Siti" } }));
  });
});

test("a second window looks on until it takes over", async () => {
  let isFree = false;
  vi.stubGlobal("navigator", {
    locks: {
      request: (_name: string, options: LockOptions, work: (lock: unknown) => unknown) =>
        Promise.resolve(work(isFree || options.steal === true ? {} : null)),
    },
  });
  const interview = await opened();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(interview.opened.value.state).toBe("elsewhere");
  interview.changed({ nama: "x" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(store.draftSave).not.toHaveBeenCalled();
  isFree = true;
  const over = interview.takeOver();
  await vi.advanceTimersByTimeAsync(2_000);
  await over;
  expect(interview.opened.value.state).toBe("fill");
});
