/** New units with photos, and who uses the phone. */

import { beforeEach, describe, expect, test } from "vitest";

import { type Crew, faults, K, key, makeCrew, row, submit, waiting } from "./crew";
import { json } from "./fake-server";
import { Phone } from "./phone";

let server: Crew["server"];
let network: Crew["network"];
let ppl: Crew["ppl"];

beforeEach(async () => {
  ({ server, network, ppl } = await makeCrew());
});

describe("new units and photos", () => {
  const photo = new Blob([new Uint8Array([1, 2, 3, 4])], { type: "image/jpeg" });
  const levels = ["61", "04", "080", "001", "0001", null];

  beforeEach(async () => {
    await ppl.run();
  });

  async function create(codes: (string | null)[] = levels): Promise<string> {
    return ppl.store.unitCreate({
      person: "ani", kegiatan: K, label: "Rumah baru", levels: codes, prefilled_data: null, form_version: 1,
    });
  }

  async function fill(unit: string, id = "photo-1"): Promise<void> {
    await ppl.store.photoAdd({ ...key(ppl, unit), blob: photo, thumb: null, name: "depan.jpg", id });
    await ppl.store.draftSave({ ...key(ppl, unit), answers: { n: "baru", foto: [id] } });
    await ppl.store.draftSubmit({
      ...key(ppl, unit), answers: { n: "baru", foto: [id] }, form_version: 1, visit_outcome: "", label: "Rumah baru",
    });
  }

  test("create, submit, photo in this order", async () => {
    const unit = await create();
    await fill(unit);
    expect(await row(ppl, unit)).toMatchObject({ local_only: true, region_code: "61040800010001", local: "queued" });
    expect(await ppl.run()).toEqual({ ended: "done", pushed: 2, pulled: 0, uploaded: 1 });
    expect(server.units.get(unit)).toMatchObject({ version: 2, status: "Submitted by PPL" });
    expect(server.files.get("photo-1")).toMatchObject({ assignment: unit, parked: null });
    expect(await row(ppl, unit)).toMatchObject({ local_only: false, local: "none" });
    expect(await ppl.store.photoGet({ person: "ani", id: "photo-1" })).toMatchObject({ state: "uploaded" });
    expect(await ppl.store.photosThin("ani")).toBe(4);
    expect(await ppl.store.photoBlob({ person: "ani", id: "photo-1" })).toBeNull();
  });

  test("a lost reply of an upload stores it once", async () => {
    const unit = await create();
    await fill(unit);
    await ppl.run();
    server.files.clear();
    server.touch(server.the(unit)); // the server lost it, and says so
    faults(network, "none", "none", "lost_reply"); // list, changes, photo
    expect(await ppl.run()).toMatchObject({ problem: "offline" });
    await ppl.run();
    expect(await ppl.store.photoList({ person: "ani", unsent: true })).toEqual([]);
  });

  test("a unit outside the office's area is mended under its old id; what follows goes on by itself", async () => {
    const unit = await create(["64", "01", "010", "001", "0001", null]);
    await fill(unit);
    await ppl.run();
    expect(await waiting(ppl)).toEqual(["create refused", "submit parked"]);
    const [operation] = await ppl.store.operationList({ person: "ani" });
    const described = operation?.data["assignment"] as Record<string, string>;
    await ppl.store.operationRetry({
      person: "ani", id: operation?.id ?? "",
      data: { assignment: { ...described, level_1_code: "61", level_2_code: "04" } },
    });
    await ppl.run();
    expect(server.units.get(unit)).toMatchObject({ status: "Submitted by PPL", responses: { n: "baru", foto: ["photo-1"] } });
    await ppl.run();
    expect(await waiting(ppl)).toEqual([]);
    expect(server.files.has("photo-1")).toBe(true);
  });

  test("a unit that was never sent can be deleted", async () => {
    const unit = await create();
    expect(await ppl.store.unitDelete(key(ppl, unit))).toBe(true);
    expect(await row(ppl, unit)).toBeNull();
    expect(await waiting(ppl)).toEqual([]);
    expect(await ppl.store.unitDelete(key(ppl, "u1"))).toBe(false);
  });
});

describe("sessions", () => {
  test("a token that does not count any more changes nothing but the session", async () => {
    await ppl.run();
    await submit(ppl, "u1", "a");
    server.tokens.delete("token-ani");
    expect(await ppl.run()).toMatchObject({ ended: "stopped", problem: "signed_out" });
    expect((await ppl.store.personCurrent())?.session).toMatchObject({ state: "signed_out", why: "expired" });
    expect(await waiting(ppl)).toEqual(["open queued", "submit queued"]);
    server.requests = [];
    expect(await ppl.run()).toMatchObject({ problem: "signed_out" });
    expect(server.requests).toEqual([]);
    server.tokens.set("token-ani", "ani");
    await ppl.signIn();
    expect(await ppl.run("signed_in")).toMatchObject({ ended: "done", pushed: 2 });
  });

  test("a late refusal of an old token does not end the new session", async () => {
    await ppl.run();
    const handle = server.handle.bind(server);
    server.handle = async () => {
      server.handle = handle;
      const person = await ppl.store.personCurrent();
      if (person === null) throw new Error("nobody");
      await ppl.store.personSignIn({
        ...person, session: { state: "signed_in", token: "token-new", expires_at: "2027-01-01T00:00:00Z" },
      });
      return json(401, { code: "not_authenticated", message: "", details: {} });
    };
    expect(await ppl.sync.invitations()).toMatchObject({ kind: "signed_out" });
    expect((await ppl.store.personCurrent())?.session).toMatchObject({ state: "signed_in", token: "token-new" });
  });

  test("another person on the same phone sees and sends nothing of the first", async () => {
    await ppl.run();
    await submit(ppl, "u1", "rahasia");
    await ppl.store.personSignOut("ani", { forget: false });
    const second = Object.assign(Object.create(ppl) as Phone, { person: "beni" });
    await second.signIn();
    await second.run();
    expect(server.submits).toEqual([]);
    expect(await ppl.store.assignmentList({ person: "beni", kegiatan: K })).toEqual([]);
    await ppl.signIn();
    await ppl.run();
    expect(server.submits).toHaveLength(1);
  });

  test("forgetting a person leaves no row of theirs", async () => {
    await ppl.run();
    await submit(ppl, "u1", "a");
    await ppl.store.personSignOut("ani", { forget: true });
    expect(await ppl.store.personList()).toEqual([]);
    expect(await ppl.store.kegiatanList("ani")).toEqual([]);
    expect(await ppl.store.assignmentList({ person: "ani", kegiatan: K })).toEqual([]);
    expect((await ppl.store.unsentCount({ person: "ani" })).total).toBe(0);
    expect(await ppl.store.journalList({ person: "ani" })).toEqual([]);
  });

  test("the journal says what happened and holds no answers", async () => {
    await ppl.run();
    await submit(ppl, "u1", "RAHASIA");
    faults(network, "portal");
    await ppl.run();
    await ppl.run();
    const entries = await ppl.store.journalList({ person: "ani" });
    expect(entries.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["finished", "stopped", "pushed", "pulled", "form"]),
    );
    expect(JSON.stringify(entries)).not.toContain("RAHASIA");
  });
});
