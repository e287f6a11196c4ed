/** The office's doors for the designer. Source: kegiatan/admin_designer.py. */

import { askHeaders, isSignedOut } from "../asking";

import type { DesignerConfig, LintAnswer, Linting, Saving, Theirs } from "./config";
import { unix } from "./config";
import type { Schema } from "./schema";

/** A browser lets a request outlive its page only up to this many bytes. */
const OUTLIVES_BYTES = 60_000;

export interface Doors {
  save: (text: string, revision: number, isLeaving: boolean, baseVersion: number | null) => Promise<Saving>;
  lint: (text: string, signal: AbortSignal) => Promise<Linting>;
  schema: () => Promise<Schema | undefined>;
}

interface Refusal {
  code?: string;
  message?: string;
  retryable?: boolean;
  theirs?: Theirs;
}

export function doorsOf(config: DesignerConfig): Doors {
  const post = (url: string, body: string, more: RequestInit): Promise<Response> =>
    fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: askHeaders(config, document.cookie),
      body,
      ...more,
    });
  return {
    save: async (text, revision, isLeaving, baseVersion) => {
      const body = JSON.stringify({ text, revision, base_version: baseVersion });
      try {
        return await savingOf(await post(config.urls.save, body, { keepalive: isLeaving && body.length < OUTLIVES_BYTES }));
      } catch {
        return { kind: "unreachable" };
      }
    },
    lint: async (text, signal) => {
      try {
        const answer = await post(config.urls.lint, JSON.stringify({ text }), { signal });
        if (answer.ok) return { kind: "judged", answer: (await answer.json()) as LintAnswer };
        return { kind: answer.status === 503 ? "busy" : "refused" };
      } catch {
        return { kind: "busy" };
      }
    },
    schema: async () => {
      try {
        const answer = await fetch(config.urls.schema, { credentials: "same-origin" });
        return answer.ok ? ((await answer.json()) as Schema) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

async function savingOf(answer: Response): Promise<Saving> {
  const said = (await answer.json().catch(() => ({}))) as Refusal & { revision?: number; saved_at?: string };
  if (answer.ok && typeof said.revision === "number") {
    return { kind: "saved", revision: said.revision, at: said.saved_at ?? "" };
  }
  if (answer.status === 409 && said.theirs !== undefined) {
    return { kind: "changed", message: said.message ?? "", theirs: { ...said.theirs, text: unix(said.theirs.text) } };
  }
  if (isSignedOut(answer.status, said.code)) return { kind: "signed_out" };
  if (answer.status >= 500 || answer.status === 429 || said.retryable === true) return { kind: "unreachable" };
  return { kind: "refused", code: said.code ?? String(answer.status), message: said.message ?? "" };
}
