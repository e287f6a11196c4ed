/** From a reply to an answer: ours or somebody else's, done, refused, busy. Source: docs/errors.md. */

import type { Answer } from "./answer";
import type { Reply } from "./transport";

export interface Envelope {
  code: string;
  message: string;
  details: Record<string, never>;
  retryable: boolean;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(reply: Reply): string {
  return new TextDecoder().decode(reply.bytes);
}

/** Return the JSON of a reply; undefined when it is none, whatever its status says. */
function jsonOf(reply: Reply): unknown {
  if (!(reply.headers.get("Content-Type") ?? "").includes("json")) return undefined;
  try {
    return JSON.parse(textOf(reply)) as unknown;
  } catch {
    return undefined;
  }
}

function envelopeOf(reply: Reply): Envelope | null {
  const value = jsonOf(reply);
  if (!isObject(value) || typeof value["code"] !== "string" || typeof value["message"] !== "string") return null;
  return {
    code: value["code"],
    message: value["message"],
    details: (isObject(value["details"]) ? value["details"] : {}) as Envelope["details"],
    retryable: value["retryable"] === true,
  };
}

/** Seconds or a date. */
function retryAfterMs(headers: Headers): number | null {
  const text = headers.get("Retry-After");
  if (text === null) return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function limitOf(envelope: Envelope | null): number | null {
  const limit: unknown = envelope?.details["limit_bytes"];
  return typeof limit === "number" ? limit : null;
}

/** Return the answer of anything but a success; null for a success, which the caller reads. */
export function failure(reply: Reply): Answer<never> | null {
  const { status } = reply;
  if (status >= 200 && status < 300) return null;
  if (status === 304) return { kind: "not_modified" };
  const envelope = envelopeOf(reply);
  // proxies answer these in words of their own
  if (status === 413) return { kind: "too_large", limit_bytes: limitOf(envelope) };
  const isLater = status === 429 || status === 408 || (status >= 500 && status !== 511);
  if (isLater || (envelope?.retryable ?? false)) {
    return {
      kind: "busy",
      status,
      code: envelope?.code ?? "",
      message: envelope?.message ?? "",
      retry_after_ms: retryAfterMs(reply.headers),
    };
  }
  if (envelope === null) return { kind: "not_our_server", status };
  if (status === 401 && envelope.code === "not_authenticated") {
    return { kind: "signed_out", message: envelope.message };
  }
  const { code, message, details } = envelope;
  return { kind: "refused", status, code, message, details };
}

/** Return a success as JSON of the expected shape; anything else came from somebody else. */
export function success<T>(reply: Reply, isShape: (value: unknown) => boolean): Answer<T> {
  const value = reply.status === 204 ? null : jsonOf(reply);
  if (value === undefined || !isShape(value)) return { kind: "not_our_server", status: reply.status };
  return { kind: "ok", status: reply.status, value: value as T, etag: reply.headers.get("ETag") };
}
