/** Every reply that a phone in the field may meet, and what the app makes of it. */

import { describe, expect, test } from "vitest";

import { createApi } from "@/api";

type Reply = () => Response | Promise<Response>;

function apiOn(reply: Reply, seen: Request[] = []) {
  return createApi({
    network: {
      fetch: async (request) => {
        seen.push(request);
        return reply();
      },
      after: (ms, work) => {
        const timer = setTimeout(work, ms / 1000); // a thousand times faster
        return () => clearTimeout(timer);
      },
    },
    base: "http://server",
    token: "rahasia",
    language: "id",
  });
}

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json", ...headers } });
const html = (status: number): Response =>
  new Response("<html>Selamat datang</html>", { status, headers: { "Content-Type": "text/html" } });
const envelope = (code: string, retryable = false) => ({ code, message: `kata ${code}`, details: { a: 1 }, retryable });

const CASES: [string, Reply, object][] = [
  ["what was asked for", () => json(200, { results: [] }), { kind: "ok", value: { results: [] } }],
  ["a portal with 200", () => html(200), { kind: "not_our_server" }],
  ["a portal with JSON", () => json(200, { login: true }), { kind: "not_our_server" }],
  ["a portal that redirects", () => new Response(null, { status: 302, headers: { Location: "http://portal" } }), { kind: "not_our_server", status: 302 }],
  ["JSON that ends too early", () => new Response('{"results": [', { headers: { "Content-Type": "application/json" } }), { kind: "not_our_server" }],
  ["an empty 200", () => new Response("", { status: 200 }), { kind: "not_our_server" }],
  ["a proxy's 403", () => html(403), { kind: "not_our_server", status: 403 }],
  ["a portal's 511", () => html(511), { kind: "not_our_server", status: 511 }],
  ["a refusal", () => json(404, envelope("not_found")), { kind: "refused", status: 404, code: "not_found", message: "kata not_found", details: { a: 1 } }],
  ["a token that does not count", () => json(401, envelope("not_authenticated")), { kind: "signed_out" }],
  ["a wrong password", () => json(401, envelope("wrong_credentials")), { kind: "refused", code: "wrong_credentials" }],
  ["a 401 of somebody else", () => html(401), { kind: "not_our_server" }],
  ["too large for us", () => json(413, { ...envelope("too_large"), details: { limit_bytes: 5 } }), { kind: "too_large", limit_bytes: 5 }],
  ["too large for a proxy", () => html(413), { kind: "too_large", limit_bytes: null }],
  ["too many requests", () => json(429, envelope("too_many_requests", true), { "Retry-After": "30" }), { kind: "busy", retry_after_ms: 30_000 }],
  ["a fault of the server", () => json(500, envelope("server_error", true)), { kind: "busy", status: 500 }],
  ["a server behind a proxy that is away", () => html(502), { kind: "busy", status: 502 }],
  ["a busy database", () => json(503, envelope("retry", true)), { kind: "busy", code: "retry" }],
  ["damage on the way", () => json(400, envelope("digest_mismatch", true)), { kind: "busy", status: 400, code: "digest_mismatch" }],
  ["no network", () => Promise.reject(new TypeError("Failed to fetch")), { kind: "offline", why: "network" }],
  ["no reply", () => new Promise(() => undefined), { kind: "offline", why: "timeout" }],
];

describe("an answer for", () => {
  test.each(CASES)("%s", async (_name, reply, expected) => {
    expect(await apiOn(reply).kegiatanList()).toMatchObject(expected);
  });
});

function dripping(parts: string[], pause_ms: number): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const part of parts) {
        await new Promise((resolve) => setTimeout(resolve, pause_ms));
        controller.enqueue(encoder.encode(part));
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}

test("a slow reply is waited for as long as bytes come", async () => {
  const parts = ['{"results"', ": [", "]}"];
  expect(await apiOn(() => dripping(parts, 20)).kegiatanList()).toMatchObject({ kind: "ok" });
  expect(await apiOn(() => dripping(parts, 90)).kegiatanList()).toMatchObject({ kind: "offline", why: "timeout" });
});

test("a reply that is cut is no reply", async () => {
  const cut = (): Response =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"results": []}'));
          controller.error(new Error("reset"));
        },
      }),
      { headers: { "Content-Type": "application/json" } },
    );
  expect(await apiOn(cut).kegiatanList()).toEqual({ kind: "offline", why: "network" });
});

test("an upload names its digest, its name and its type", async () => {
  const seen: Request[] = [];
  const api = apiOn(() => json(201, { code: "stored", reason: "", sha256: "00" }), seen);
  const file = { assignment: "a", id: "b", name: "rumah é.jpg", type: "image/jpeg", sha256: "00ff" };
  expect(await api.attachmentPut(file, new Blob(["abc"], { type: "image/jpeg" }))).toMatchObject({ kind: "ok", status: 201 });
  const [request] = seen;
  expect(request?.method).toBe("PUT");
  expect(request?.headers.get("Repr-Digest")).toBe("sha-256=:AP8=:");
  expect(request?.headers.get("Content-Disposition")).toBe("attachment; filename*=UTF-8''rumah%20%C3%A9.jpg");
  expect(request?.headers.get("Content-Type")).toBe("image/jpeg");
  expect(request?.headers.get("Authorization")).toBe("Bearer rahasia");
  expect(await request?.text()).toBe("abc");
});
