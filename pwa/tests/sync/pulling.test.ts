/** Changes from the office: pages, cuts, removals, resets, forms, data sets. */

import { beforeEach, describe, expect, test } from "vitest";

import { type Crew, faults, K, key, makeCrew, row, type } from "./crew";

let clock: Crew["clock"];
let server: Crew["server"];
let network: Crew["network"];
let ppl: Crew["ppl"];

beforeEach(async () => {
  ({ clock, server, network, ppl } = await makeCrew());
});

describe("pulling", () => {
  test("everything comes in pages, with the form and the names of areas", async () => {
    expect(await ppl.run()).toEqual({ ended: "done", pushed: 0, pulled: 5, uploaded: 0 });
    const list = await ppl.store.assignmentList({ person: "ani", kegiatan: K });
    expect(list.map(({ id }) => id).sort()).toEqual(["u1", "u2", "u3", "u4", "u5"]);
    expect((await ppl.store.formGet({ person: "ani", kegiatan: K }))?.version).toBe(1);
    expect(await ppl.store.wilayahNames("ani")).toEqual({ "61": "Kalimantan Barat", "6104": "Mempawah" });
    expect((await ppl.store.kegiatanList("ani"))[0]?.last_sync_at).toBe(clock.now());
  });

  test("a second sync fetches only what changed", async () => {
    await ppl.run();
    server.the("u2").label = "Baru";
    server.touch(server.the("u2"));
    const result = await ppl.run();
    expect(result).toMatchObject({ ended: "done", pulled: 1 });
    expect((await row(ppl, "u2"))?.label).toBe("Baru");
  });

  test("a pull that was cut goes on where it stopped", async () => {
    faults(network, "none", "none", "none", "lost_reply"); // list, form, first page, second page
    expect(await ppl.run()).toMatchObject({ ended: "stopped", problem: "offline" });
    expect(await ppl.store.assignmentList({ person: "ani", kegiatan: K })).toHaveLength(3);
    server.requests = [];
    await ppl.run();
    expect(await ppl.store.assignmentList({ person: "ani", kegiatan: K })).toHaveLength(5);
    expect(server.requests.filter((line) => line.includes("changes"))).toHaveLength(1);
  });

  test("what left the person's hands goes; unsent work on it stays and is marked", async () => {
    await ppl.run();
    await type(ppl, "u1", "belum terkirim");
    server.reassign("u1", "beni");
    server.reassign("u2", "beni");
    await ppl.run();
    expect(await row(ppl, "u2")).toBeNull();
    expect(await row(ppl, "u1")).toMatchObject({ gone: true, local: "draft" });
    expect((await ppl.store.draftGet(key(ppl, "u1")))?.answers).toEqual({ n: "belum terkirim" });
  });

  test("a reset drops what does not come, except unsent work", async () => {
    await ppl.run();
    await type(ppl, "u1", "x");
    server.the("u1").ppl = "beni"; // without a tombstone, as after a restore
    server.the("u2").ppl = "beni";
    server.feedReset();
    for (const id of ["u1", "u2"]) server.forget("ani", id);
    await ppl.run();
    const list = await ppl.store.assignmentList({ person: "ani", kegiatan: K });
    expect(list.map(({ id, gone }) => `${id} ${String(gone)}`).sort()).toEqual([
      "u1 true", "u3 false", "u4 false", "u5 false",
    ]);
  });

  test("a full resync fetches everything again and keeps unsent work", async () => {
    await ppl.run();
    await type(ppl, "u3", "tetap");
    network.next = () => "lost_request";
    await ppl.sync.resync();
    network.next = () => "none";
    expect(await ppl.sync.resync()).toMatchObject({ ended: "done" });
    expect((await ppl.store.draftGet(key(ppl, "u3")))?.answers).toEqual({ n: "tetap" });
    expect(await ppl.store.assignmentList({ person: "ani", kegiatan: K })).toHaveLength(5);
  });

  test("the newest form is fetched once, and the one that answers were given in", async () => {
    server.the("u1").responses = { n: "lama" };
    server.the("u1").form_version_used = 1;
    server.formVersion = 3;
    await ppl.run();
    expect(server.requests.filter((line) => line.endsWith("/form/"))).toHaveLength(2);
    await ppl.run();
    expect(server.requests.filter((line) => line.endsWith("/form/"))).toHaveLength(2);
    const kegiatan = await ppl.store.kegiatanGet({ person: "ani", kegiatan: K });
    expect(kegiatan).toMatchObject({ form_version: 3, form_ready: 3 });
    expect((await row(ppl, "u1"))?.columns).toEqual({ "responses.n": "lama" });
  });

  test("data sets are fetched once per version", async () => {
    server.masters = [{ type: "KBLI", version: 2020, checksum: "x", size_bytes: 20 }];
    server.masterTexts.set("KBLI 2020", JSON.stringify([{ code: "01", name: "Padi" }]));
    await ppl.run();
    await ppl.run();
    expect(server.requests.filter((line) => line.includes("masterdata"))).toHaveLength(1);
    expect((await ppl.store.masterGet("KBLI", 2020))?.rows).toEqual([{ code: "01", name: "Padi" }]);
    expect(await ppl.store.mastersReady({ person: "ani", kegiatan: K })).toEqual({ KBLI: 2020 });
  });

  test("an activity whose role was taken keeps only unsent work", async () => {
    await ppl.run();
    await type(ppl, "u1", "x");
    server.setRoles("ani", K, []);
    await ppl.run();
    expect((await ppl.store.kegiatanList("ani")).map(({ gone }) => gone)).toEqual([true]);
    const list = await ppl.store.assignmentList({ person: "ani", kegiatan: K });
    expect(list.map(({ id }) => id)).toEqual(["u1"]);
    await ppl.store.draftDiscard(key(ppl, "u1"));
    await ppl.run();
    await ppl.run();
    expect(await ppl.store.kegiatanList("ani")).toEqual([]);
  });
});
