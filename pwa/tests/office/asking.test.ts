import { afterEach, describe, expect, test, vi } from "vitest";

import { askHeaders, isSignedOut, tokenOf } from "@/office/asking";
import { configOf } from "@/office/designer/config";
import { doorsOf } from "@/office/designer/doors";
import { OfficeFault, askOffice } from "@/office/preview/office";

const URLS = { save: "/save", lint: "/lint", schema: "/j", preview: "/p", publish: "/t", back: "/b", discard: "/d" };
const config = configOf({
  urls: URLS, csrf: "lama", person: 7, text: "{}", is_saved: true, revision: 1, saved_by: null, saved_at: null,
  kegiatan: { name: "Uji" }, roles: [], locale: "id",
});

/** An office that answers every request alike, and what it was sent. */
function office(status: number, body: unknown) {
  const sent: RequestInit[] = [];
  const fetched = (_: string, init: RequestInit): Promise<Response> => {
    sent.push(init);
    return Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
  };
  vi.stubGlobal("document", { cookie: "theme=dark; csrftoken=baru" });
  vi.stubGlobal("fetch", fetched);
  return { sent, header: (name: string) => (sent[0]?.headers as Record<string, string>)[name] };
}
afterEach(() => vi.unstubAllGlobals());

describe("as whom one asks", () => {
  test("with the token of now, else the page's, and who opened the page", () => {
    expect(tokenOf("a=b; csrftoken=baru", "lama")).toBe("baru");
    expect(tokenOf("xcsrftoken=x; csrftoken=", "lama")).toBe("lama");
    expect(tokenOf("", "lama")).toBe("lama");
    expect(askHeaders({ csrf: "lama", person: "7" }, "")).toMatchObject({ "X-CSRFToken": "lama", "X-Cerdas-Person": "7" });
    expect(askHeaders({ csrf: "lama", person: "" }, "")).not.toHaveProperty("X-Cerdas-Person");
  });

  test("signed out is who has no session or an earlier token, not who lacks a right", () => {
    expect([[401, undefined], [403, "csrf_failed"], [403, undefined]].map(([status, code]) => isSignedOut(status as number, code as string)))
      .toEqual([true, true, true]);
    expect(isSignedOut(403, "forbidden")).toBe(false);
    expect(isSignedOut(409, "other_person")).toBe(false);
  });
});

describe("the designer's doors", () => {
  test("saving says who and with which token", async () => {
    const found = office(200, { revision: 2, saved_at: "" });
    expect(await doorsOf(config).save("{}", 1, false, 4)).toEqual({ kind: "saved", revision: 2, at: "" });
    expect(found.header("X-CSRFToken")).toBe("baru");
    expect(found.header("X-Cerdas-Person")).toBe("7");
    expect(JSON.parse(found.sent[0]?.body as string)).toEqual({ text: "{}", revision: 1, base_version: 4 });
  });

  test.each([
    [401, { code: "token_invalid" }, { kind: "signed_out" }],
    [403, { code: "csrf_failed", message: "lama" }, { kind: "signed_out" }],
    [403, "<p>csrf</p>", { kind: "signed_out" }],
    [403, { code: "forbidden", message: "tidak boleh" }, { kind: "refused", code: "forbidden", message: "tidak boleh" }],
    [409, { code: "other_person", message: "orang lain" }, { kind: "refused", code: "other_person", message: "orang lain" }],
    [503, { code: "busy" }, { kind: "unreachable" }],
  ])("an answer %i %j", async (status, body, expected) => {
    office(status, body);
    expect(await doorsOf(config).save("{}", 1, false, null)).toEqual(expected);
  });

  test("a look that found the engine busy may be repeated, one that was refused may not", async () => {
    const signal = new AbortController().signal;
    office(503, {});
    expect(await doorsOf(config).lint("{}", signal)).toEqual({ kind: "busy" });
    office(401, {});
    expect(await doorsOf(config).lint("{}", signal)).toEqual({ kind: "refused" });
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("net")));
    expect(await doorsOf(config).lint("{}", signal)).toEqual({ kind: "busy" });
  });
});

describe("the preview's check", () => {
  test("says who asks, and why it was refused", async () => {
    const found = office(409, { code: "other_person", message: "orang lain" });
    const fault = await askOffice("/check", { body: {}, as: { csrf: "lama", person: "7" } }).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(OfficeFault);
    expect(fault).toMatchObject({ kind: "other_person", message: "orang lain" });
    expect(found.header("X-CSRFToken")).toBe("baru");
    office(401, { code: "token_invalid", message: "keluar" });
    expect(await askOffice("/check", { body: {}, as: { csrf: "", person: "" } }).catch((error: unknown) => error)).toMatchObject({ kind: "signed_out" });
  });
});
