/** A phone whose clock is set back sends all the same. */

import { beforeEach, expect, test, vi } from "vitest";

import { type Crew, makeCrew, submit, waiting } from "./crew";

const DAYS = 30 * 86_400_000;
let clock: Crew["clock"];
let server: Crew["server"];
let network: Crew["network"];
let ppl: Crew["ppl"];

beforeEach(async () => {
  ({ clock, server, network, ppl } = await makeCrew());
  await ppl.run();
});

test("an operation that waits for its next try goes now", async () => {
  await submit(ppl, "u1", "a");
  server.busyOperation = () => true;
  await ppl.run();
  server.busyOperation = () => false;
  expect(await waiting(ppl)).toEqual(["open queued", "submit queued"]);
  clock.setBack(DAYS);
  expect((await ppl.store.port.backlog({ person: "ani", now: clock.now() })).next_at).toBe(clock.now());
  await ppl.run();
  expect(await waiting(ppl)).toEqual([]);
});

test("a photo that waits for its next try goes now", async () => {
  const key = { person: "ani", assignment: "u1" };
  await ppl.store.draftOpen({ ...key, role: "PPL", form_version: 1 });
  await ppl.store.photoAdd({ ...key, id: "p1", blob: new Blob(["x"]), thumb: null, name: "f" });
  const answers = { n: "a", foto: ["p1"] };
  await ppl.store.draftSave({ ...key, answers });
  await ppl.store.draftSubmit({ ...key, answers, form_version: 1, visit_outcome: "", label: "x" });
  const { port } = ppl.store;
  server.handle = ((handle) => async (request: Request) =>
    request.method === "PUT" ? new Response("", { status: 500 }) : handle(request))(server.handle.bind(server));
  await ppl.run();
  clock.setBack(DAYS);
  expect(await port.uploadTake({ person: "ani", now: clock.now(), except: [] })).toMatchObject({ id: "p1" });
});

test("parked work is asked about", async () => {
  await submit(ppl, "u1", "kerja");
  server.reassign("u1", "beni");
  await ppl.run();
  expect(await waiting(ppl)).toEqual(["submit parked"]);
  clock.setBack(DAYS);
  server.decide(() => true);
  await ppl.run("timer");
  expect(await waiting(ppl)).toEqual([]);
});

test("a pause after trouble does not last for the months that the clock went back", async () => {
  network.next = () => "busy";
  await ppl.run();
  network.next = () => "none";
  clock.setBack(DAYS);
  expect(await ppl.run("queued")).toMatchObject({ ended: "done" });
  clock.setBack(DAYS);
  server.requests = [];
  await ppl.run("timer");
  expect(server.requests).not.toEqual([]);
});

test("a timer that comes too early is followed by another", async () => {
  const stop = ppl.sync.period();
  network.next = () => "busy";
  await ppl.run();
  network.next = () => "none";
  clock.advance(20_000); // of 30 that the server asked for
  clock.setBack(15_000);
  clock.advance(10_000); // the timer fires, and it is not yet time by the clock
  expect(ppl.sync.status()).toMatchObject({ activity: { phase: "idle" }, problem: { code: "busy" } });
  clock.advance(20_000);
  await vi.waitFor(() => expect(ppl.sync.status().problem).toBeNull());
  stop();
});

test("a lease of a time to come does not lock the others out", async () => {
  const { port } = ppl.store;
  const lease = (holder: string): Promise<boolean> =>
    port.leaseTake({ holder, now: clock.now(), until: clock.now() + 20_000 });
  expect(await lease("a")).toBe(true);
  expect(await lease("b")).toBe(false);
  clock.setBack(DAYS);
  expect(await lease("b")).toBe(true);
});
