/** Operations to the office: chains, batches, lost replies, faults of server and network. */

import { beforeEach, describe, expect, test } from "vitest";

import { type Crew, faults, key, makeCrew, row, submit, type, waiting } from "./crew";
import { refusal } from "./fake-server";

let clock: Crew["clock"];
let server: Crew["server"];
let network: Crew["network"];
let ppl: Crew["ppl"];

beforeEach(async () => {
  ({ clock, server, network, ppl } = await makeCrew());
});

describe("pushing", () => {
  beforeEach(async () => {
    await ppl.run();
  });

  test("open and submit go as a chain in one request", async () => {
    await submit(ppl, "u1", "Siti");
    expect(await waiting(ppl)).toEqual(["open queued", "submit queued"]);
    expect(await row(ppl, "u1")).toMatchObject({ local: "queued", local_action: "submit", local_label: "Rumah Siti" });
    expect(await ppl.run()).toMatchObject({ ended: "done", pushed: 2 });
    expect(server.units.get("u1")).toMatchObject({ status: "Submitted by PPL", version: 3, responses: { n: "Siti" } });
    expect(await waiting(ppl)).toEqual([]);
    expect(await row(ppl, "u1")).toMatchObject({ local: "none", status: "Submitted by PPL", version: 3 });
    expect(await ppl.store.draftGet(key(ppl, "u1"))).toBeNull();
    expect((await ppl.store.unsentCount({ person: "ani" })).total).toBe(0);
  });

  test("a lost reply applies it once, also when the browser was killed", async () => {
    await submit(ppl, "u1", "Siti");
    faults(network, "lost_reply");
    expect(await ppl.run()).toMatchObject({ problem: "offline" });
    ppl.reboot();
    await ppl.run();
    expect(server.submits).toHaveLength(1);
    expect(await row(ppl, "u1")).toMatchObject({ status: "Submitted by PPL", local: "none" });
  });

  test("a draft goes on from the version that its own open made", async () => {
    await type(ppl, "u1", "a");
    await ppl.run();
    expect((await ppl.store.draftGet(key(ppl, "u1")))?.base_version).toBe(2);
    expect(await row(ppl, "u1")).toMatchObject({ status: "Opened", local: "draft" });
    await submit(ppl, "u1", "b");
    await ppl.run();
    expect(server.units.get("u1")).toMatchObject({ version: 3, responses: { n: "b" } });
  });

  test("413 halves the batch; what is too large alone is refused and kept", async () => {
    for (const id of ["u1", "u2", "u3", "u4"]) await submit(ppl, id, "x".repeat(1_000));
    await submit(ppl, "u5", "y".repeat(10_000));
    server.bodyLimit = 3_000;
    expect(await ppl.run()).toMatchObject({ ended: "done" });
    expect(server.submits.map(({ assignment }) => assignment)).toEqual(["u1", "u2", "u3", "u4"]);
    expect(await waiting(ppl)).toEqual(["submit refused"]);
    const [kept] = await ppl.store.operationList({ person: "ani" });
    expect(kept).toMatchObject({ code: "too_large", data: { responses: { n: "y".repeat(10_000) } } });
  });

  test("what the server cannot parse is found and the rest passes", async () => {
    for (const id of ["u1", "u2", "u3"]) await submit(ppl, id, id === "u2" ? "RUSAK" : id);
    const handle = server.handle.bind(server);
    server.handle = async (request) => {
      const text = await request.clone().text();
      return text.includes("RUSAK") ? refusal(400, "unparsable") : handle(request);
    };
    expect(await ppl.run()).toMatchObject({ ended: "done" });
    expect(server.submits.map(({ assignment }) => assignment)).toEqual(["u1", "u3"]);
    expect((await ppl.store.operationList({ person: "ani" })).at(-1)).toMatchObject({
      state: "refused", code: "unparsable",
    });
  });

  test("an operation that the server is busy with waits, and its followers with it", async () => {
    const id = await submit(ppl, "u1", "a");
    await submit(ppl, "u2", "b");
    const [open] = await ppl.store.operationList({ person: "ani", assignment: "u1" });
    server.busyOperation = (operation) => operation === open?.id;
    await ppl.run();
    expect(server.submits.map(({ assignment }) => assignment)).toEqual(["u2"]);
    expect(await waiting(ppl)).toEqual(["open queued", "submit queued"]);
    server.busyOperation = () => false;
    clock.advance(3_600_000);
    await ppl.run();
    expect(server.submits.map(({ operation }) => operation)).toContain(id);
  });

  test("a fault of the server on one operation does not hold up the others for ever", async () => {
    for (const id of ["u1", "u2", "u3"]) await submit(ppl, id, id === "u2" ? "RACUN" : id);
    const handle = server.handle.bind(server);
    server.handle = async (request) => {
      const text = await request.clone().text();
      return text.includes("RACUN") ? refusal(500, "server_error", true) : handle(request);
    };
    for (let round = 0; round < 4; round += 1) {
      await ppl.run();
      clock.advance(3_600_000);
    }
    expect(server.submits.map(({ assignment }) => assignment).sort()).toEqual(["u1", "u3"]);
    expect(await waiting(ppl)).toEqual(["submit queued"]);
  });

  test.each(["portal", "busy", "too_many", "cut_reply", "hang", "lost_request"] as const)(
    "%s leaves everything as it was and is tried again",
    async (fault) => {
      await submit(ppl, "u1", "a");
      faults(network, fault);
      expect(await ppl.run()).toMatchObject({ ended: "stopped" });
      expect((await waiting(ppl)).every((line) => line.endsWith("queued"))).toBe(true);
      expect(ppl.sync.status().problem).not.toBeNull();
      expect(ppl.sync.status().next_at).toBeGreaterThan(clock.now());
      expect(await ppl.run()).toMatchObject({ ended: "done" });
      expect(server.submits).toHaveLength(1);
      expect(ppl.sync.status().problem).toBeNull();
    },
  );

  test("an automatic sync waits for the end of the back-off, a person's does not", async () => {
    network.next = () => "busy";
    await ppl.run();
    server.requests = [];
    network.next = () => "none";
    expect(await ppl.run("queued")).toMatchObject({ ended: "stopped", problem: "busy" });
    expect(server.requests).toEqual([]);
    expect(await ppl.run("manual")).toMatchObject({ ended: "done" });
  });

  test("a submit that was never sent can be taken back; one that was may not", async () => {
    const first = await submit(ppl, "u1", "a");
    expect(await ppl.store.submitWithdraw({ person: "ani", id: first })).toBe(true);
    expect((await ppl.store.draftGet(key(ppl, "u1")))?.answers).toEqual({ n: "a" });
    const second = await submit(ppl, "u1", "b");
    faults(network, "lost_reply");
    await ppl.run();
    expect(await ppl.store.submitWithdraw({ person: "ani", id: second })).toBe(false);
  });

  test("tapping submit twice queues one operation", async () => {
    const first = await submit(ppl, "u1", "a");
    const given = { ...key(ppl, "u1"), answers: { n: "a" }, form_version: 1, visit_outcome: "", label: "x" };
    expect(await ppl.store.draftSubmit(given)).toBe(first);
    expect(await waiting(ppl)).toEqual(["open queued", "submit queued"]);
  });
});
