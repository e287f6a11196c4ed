/** What somebody must decide about: parked work, conflicts, review. */

import { beforeEach, describe, expect, test } from "vitest";

import { type Crew, key, makeCrew, row, submit, type, waiting } from "./crew";
import { Phone } from "./phone";

let clock: Crew["clock"];
let server: Crew["server"];
let network: Crew["network"];
let ppl: Crew["ppl"];
let pml: Crew["pml"];

beforeEach(async () => {
  ({ clock, server, network, ppl, pml } = await makeCrew());
});

describe("what the office keeps", () => {
  beforeEach(async () => {
    await ppl.run();
    await submit(ppl, "u1", "kerja");
    server.reassign("u1", "beni");
    await ppl.run();
  });

  test("work on a unit that was reassigned is parked and asked about", async () => {
    expect(await waiting(ppl)).toEqual(["submit parked"]);
    expect(await row(ppl, "u1")).toMatchObject({ gone: true, local: "parked" });
    server.decide(() => true);
    await ppl.run();
    expect(server.submits.map(({ responses }) => responses)).toEqual([{ n: "kerja" }]);
    expect(await waiting(ppl)).toEqual([]);
    expect(await row(ppl, "u1")).toBeNull();
  });

  test("what was discarded is shown with the office's reason until the person decides", async () => {
    server.decide(() => false);
    await ppl.run();
    const [operation] = await ppl.store.operationList({ person: "ani" });
    expect(operation).toMatchObject({ state: "refused", code: "discarded", details: { reason: "not needed" } });
    await ppl.store.operationDiscard({ person: "ani", id: operation?.id ?? "" });
    expect(await row(ppl, "u1")).toBeNull();
  });

  test("an automatic sync asks about it now and then only", async () => {
    server.requests = [];
    await ppl.run("timer");
    clock.advance(60_000);
    await ppl.run("timer");
    expect(server.requests.filter((line) => line.includes("operations"))).toHaveLength(0);
    clock.advance(10 * 60_000);
    await ppl.run("timer");
    expect(server.requests.filter((line) => line.includes("operations"))).toHaveLength(1);
  });
});

describe("conflicts", () => {
  let other: Phone;

  beforeEach(async () => {
    other = new Phone("b", network, "ani");
    await other.signIn();
    await ppl.run();
    await other.run();
    await submit(other, "u1", "dari ponsel lain");
    await submit(ppl, "u1", "punyaku");
    await other.run();
    await ppl.run();
  });

  test("both versions are kept", async () => {
    expect(await waiting(ppl)).toEqual(["submit conflict"]);
    expect(await row(ppl, "u1")).toMatchObject({ local: "conflict", version: 3 });
    expect(await ppl.store.conflictGet(key(ppl, "u1"))).toMatchObject({
      source: "operation", type: "submit", mine: { n: "punyaku" }, theirs: { n: "dari ponsel lain" }, base: null,
    });
  });

  test("mine is sent on top of theirs", async () => {
    await pml.run();
    await pml.store.reviewQueue([
      { ...key(pml, "u1"), base_version: 3, type: "reject", notes: "Periksa lagi", comments: [] },
    ]);
    await pml.run();
    await ppl.run();
    await ppl.store.conflictResolve({
      choice: "send", ...key(ppl, "u1"), answers: { n: "gabungan" }, form_version: 1, visit_outcome: "", label: "x",
    });
    expect(await ppl.run()).toMatchObject({ ended: "done", pushed: 1 });
    expect(server.units.get("u1")).toMatchObject({ responses: { n: "gabungan" }, version: 5 });
    expect(await ppl.store.conflictGet(key(ppl, "u1"))).toBeNull();
  });

  test("theirs is taken", async () => {
    await ppl.store.conflictResolve({ choice: "theirs", ...key(ppl, "u1") });
    expect(await waiting(ppl)).toEqual([]);
    expect(await row(ppl, "u1")).toMatchObject({ local: "none", responses: { n: "dari ponsel lain" } });
    expect((await ppl.store.unsentCount({ person: "ani" })).total).toBe(0);
  });

  test("one goes on typing on top of theirs", async () => {
    await ppl.store.conflictResolve({ choice: "draft", ...key(ppl, "u1"), answers: { n: "lanjut" } });
    expect(await ppl.store.draftGet(key(ppl, "u1"))).toMatchObject({ answers: { n: "lanjut" }, base_version: 3 });
    expect(await row(ppl, "u1")).toMatchObject({ local: "draft" });
  });

  test("a draft that somebody outran is a conflict before it is sent", async () => {
    await type(ppl, "u2", "kupikir");
    await ppl.run();
    await other.run();
    await submit(other, "u2", "lebih dulu");
    await other.run();
    await ppl.run();
    expect(await row(ppl, "u2")).toMatchObject({ local: "conflict" });
    expect(await ppl.store.conflictGet(key(ppl, "u2"))).toMatchObject({
      source: "draft", mine: { n: "kupikir" }, theirs: { n: "lebih dulu" },
    });
  });

  test("an open that came second is no conflict", async () => {
    await type(ppl, "u3", "a");
    await type(other, "u3", "b");
    await other.run();
    await ppl.run();
    expect(await waiting(ppl)).toEqual(["submit conflict"]); // u1's
    expect(await row(ppl, "u3")).toMatchObject({ status: "Opened", local: "draft" });
    await submit(ppl, "u3", "a2");
    await ppl.run();
    expect(server.units.get("u3")?.responses).toEqual({ n: "a2" });
  });
});

describe("review", () => {
  beforeEach(async () => {
    await ppl.run();
    await submit(ppl, "u1", "jawaban");
    await ppl.run();
    await pml.run();
  });

  test("approve, take back, reject as one chain offline", async () => {
    await pml.store.reviewQueue([{ ...key(pml, "u1"), base_version: 3, type: "approve" }]);
    await pml.store.reviewQueue([{ ...key(pml, "u1"), base_version: 3, type: "revert_approval", notes: "" }]);
    await pml.store.reviewQueue([
      { ...key(pml, "u1"), base_version: 3, type: "reject", notes: "Salah", comments: [{ path: "n", text: "?" }] },
    ]);
    expect(await row(pml, "u1")).toMatchObject({ local: "queued", local_action: "reject", status: "Submitted by PPL" });
    expect(await pml.run()).toMatchObject({ pushed: 3 });
    expect(await row(pml, "u1")).toMatchObject({ local: "none", status: "Rejected by PML", version: 6 });
    await ppl.run();
    expect(await row(ppl, "u1")).toMatchObject({ status: "Rejected by PML", notes: "Salah" });
    await submit(ppl, "u1", "dibetulkan");
    await ppl.run();
    expect(server.units.get("u1")).toMatchObject({ version: 7, responses: { n: "dibetulkan" } });
  });

  test("an edit and the approval after it", async () => {
    await pml.store.draftOpen({ ...key(pml, "u1"), role: "PML", form_version: 1 });
    await pml.store.draftSave({ ...key(pml, "u1"), answers: { n: "diperbaiki" } });
    await pml.store.draftEdit({ ...key(pml, "u1"), changes: { n: "diperbaiki" } });
    await pml.store.reviewQueue([{ ...key(pml, "u1"), base_version: 3, type: "approve" }]);
    await pml.run();
    expect(server.units.get("u1")).toMatchObject({ status: "Approved by PML", version: 5, responses: { n: "diperbaiki" } });
    expect(await pml.store.draftGet(key(pml, "u1"))).toBeNull();
  });

  test("what was queued while its predecessor ended in conflict is in conflict too", async () => {
    server.the("u1").version = 9;
    await pml.store.reviewQueue([{ ...key(pml, "u1"), base_version: 3, type: "approve" }]);
    const handle = server.handle.bind(server);
    server.handle = async (request) => {
      server.handle = handle;
      await pml.store.reviewQueue([{ ...key(pml, "u1"), base_version: 3, type: "revert_approval", notes: "" }]);
      return handle(request);
    };
    await pml.run();
    expect(await waiting(pml)).toEqual(["approve conflict", "revert_approval conflict"]);
  });

  test("an action on an old version is a conflict and can be taken again", async () => {
    await pml.store.reviewQueue([{ ...key(pml, "u1"), base_version: 3, type: "reject", notes: "x", comments: [] }]);
    server.the("u1").version = 9;
    server.touch(server.the("u1"));
    await pml.run();
    const [operation] = await pml.store.operationList({ person: "citra" });
    expect(operation).toMatchObject({ state: "conflict", data: { notes: "x" } });
    await pml.store.operationRetry({ person: "citra", id: operation?.id ?? "" });
    await pml.run();
    expect(server.units.get("u1")).toMatchObject({ status: "Rejected by PML", version: 10 });
  });
});
