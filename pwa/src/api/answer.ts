/** What became of a request, in every case that a phone in the field meets. Nothing is thrown. */

import type { JsonObject } from "../engine/json";

export type Answer<T> =
  | { kind: "ok"; status: number; value: T; etag: string | null }
  /** 304: the caller has it already. */
  | { kind: "not_modified" }
  /** A refusal by its code (docs/errors.md). */
  | { kind: "refused"; status: number; code: string; message: string; details: JsonObject }
  /** 429, 5xx and refusals that are retryable. retry_after_ms: as the server asked. */
  | { kind: "busy"; status: number; code: string; message: string; retry_after_ms: number | null }
  /** The token does not count any more. Nothing local changes. */
  | { kind: "signed_out"; message: string }
  /** No connection, cut, or nothing came for too long. What became of a write is not known. */
  | { kind: "offline"; why: "network" | "timeout" }
  /** A captive portal or proxy answered. */
  | { kind: "not_our_server"; status: number }
  | { kind: "too_large"; limit_bytes: number | null };

export type Kind = Answer<unknown>["kind"];
