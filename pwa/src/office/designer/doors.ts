/** The office's doors for the designer. Source: kegiatan/admin_designer.py. */

import type { DesignerConfig, LintAnswer, Saving, Theirs } from "./config";
import { unix } from "./config";
import type { Schema } from "./schema";

/** A browser lets a request outlive its page only up to this many bytes. */
const OUTLIVES_BYTES = 60_000;

export interface Doors {
  save: (text: string, revision: number, isLeaving: boolean) => Promise<Saving>;
  lint: (text: string, signal: AbortSignal) => Promise<LintAnswer | undefined>;
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
      headers: { "Content-Type": "application/json", "X-CSRFToken": config.csrf, Accept: "application/json" },
      body,
      ...more,
    });
  return {
    save: async (text, revision, isLeaving) => {
      const body = JSON.stringify({ text, revision });
      try {
        return await savingOf(await post(config.urls.save, body, { keepalive: isLeaving && body.length < OUTLIVES_BYTES }));
      } catch {
        return { kind: "unreachable" };
      }
    },
    lint: async (text, signal) => {
      try {
        const answer = await post(config.urls.lint, JSON.stringify({ text }), { signal });
        return answer.ok ? ((await answer.json()) as LintAnswer) : undefined;
      } catch {
        return undefined;
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
  if (answer.status >= 500 || answer.status === 429 || said.retryable === true) return { kind: "unreachable" };
  return { kind: "refused", code: said.code ?? String(answer.status), message: said.message ?? "" };
}
