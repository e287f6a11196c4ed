/** Signing in with Google: bound to the phone that asked, once. Source: docs/sync.md, "Signing in". */

import { createHash } from "node:crypto";

import { beforeEach, expect, test } from "vitest";

import { makeCrew } from "./crew";
import { json } from "./fake-server";
import { Phone } from "./phone";

const PERSON = { id: "ani", name: "Ani", email: "ani@uji.example", avatar: null, satker: null, is_super_admin: false };
let phone: Phone;
let sent: { method: string; body: unknown }[];
let answer: () => Response;

beforeEach(async () => {
  const { server, network } = await makeCrew();
  sent = [];
  answer = () => json(200, { token: "token-ani", expires_at: "2027-01-01T00:00:00Z", user: PERSON });
  const handle = server.handle.bind(server);
  server.handle = async (request) => {
    if (!request.url.endsWith("/api/v1/auth/google/")) return handle(request);
    sent.push({ method: request.method, body: request.method === "POST" ? await request.json() : null });
    return request.method === "GET" ? json(200, { is_offered: true }) : answer();
  };
  phone = new Phone("new", network, "ani");
});

async function begun(): Promise<string> {
  const address = new URL(await phone.sync.googleBegin("/k/1/units"));
  expect(address.pathname).toBe("/account/phone/");
  return address.searchParams.get("challenge") ?? "";
}

test("the secret stays here until the code is exchanged; its digest goes out", async () => {
  const challenge = await begun();
  expect(challenge).toMatch(/^[\w-]{43}$/);
  const ended = await phone.sync.googleEnd("a:b:c");
  expect(ended).toMatchObject({ kind: "ok", value: { next: "/k/1/units", person: { id: "ani" } } });
  const { code, verifier } = sent.at(-1)?.body as { code: string; verifier: string };
  expect(code).toBe("a:b:c");
  expect(createHash("sha256").update(verifier).digest("base64url")).toBe(challenge);
  expect((await phone.store.personCurrent())?.session).toMatchObject({ state: "signed_in", token: "token-ani" });
});

test("a code that this phone did not ask for is not even sent", async () => {
  expect(await phone.sync.googleEnd("a:b:c")).toBeNull();
  expect(sent).toEqual([]);
});

test("a secret serves one code, whatever becomes of it", async () => {
  await begun();
  answer = () => json(401, { code: "sign_in_code_invalid", message: "", details: {}, retryable: false });
  expect(await phone.sync.googleEnd("a:b:c")).toMatchObject({ kind: "refused", code: "sign_in_code_invalid" });
  expect(await phone.sync.googleEnd("a:b:c")).toBeNull();
});

test("every attempt has a secret of its own, and the last one counts", async () => {
  const first = await begun();
  const second = await begun();
  expect(first).not.toBe(second);
  await phone.sync.googleEnd("x");
  const { verifier } = sent.at(-1)?.body as { verifier: string };
  expect(createHash("sha256").update(verifier).digest("base64url")).toBe(second);
});

test("the button is there where the server offers it", async () => {
  expect(await phone.sync.googleOffered()).toMatchObject({ kind: "ok", value: true });
});
