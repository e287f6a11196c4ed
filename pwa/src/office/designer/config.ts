/** What the page gives the designer to begin with, and the answers of its doors. */

import type { Fault } from "./faults";

export interface Urls {
  save: string;
  lint: string;
  schema: string;
  preview: string;
  publish: string;
  back: string;
  discard: string;
}

/**
 * Of the page's `designer-config`. saved_at: UTC ISO 8601; is_saved: whether text is what is stored.
 *
 * base: what is stored as that revision, null when the office cannot tell; after taking a file in the
 * text is another. base_version: that the draft began from. person: id of who opened the page.
 */
export interface DesignerConfig {
  urls: Urls;
  csrf: string;
  person: string;
  text: string;
  base: string | null;
  base_version: number | null;
  is_saved: boolean;
  revision: number;
  saved_by: string | null;
  saved_at: string | null;
  kegiatan: { name: string };
  roles: string[];
  locale: "id" | "en";
}

/** What somebody else saved or published meanwhile; by and at are null when the draft was thrown away. */
export interface Theirs {
  text: string;
  revision: number;
  base_version?: number | null;
  by: string | null;
  at: string | null;
}

/**
 * How a saving ended. unreachable: nobody answered, or one may try again; signed_out: one may, after
 * signing in.
 */
export type Saving =
  | { kind: "saved"; revision: number; at: string }
  | { kind: "changed"; message: string; theirs: Theirs }
  | { kind: "refused"; code: string; message: string }
  | { kind: "unreachable" }
  | { kind: "signed_out" };

/** How a look at the text ended. busy: nobody answered, or the engine was busy; refused: asking again brings the same. */
export type Linting = { kind: "judged"; answer: LintAnswer } | { kind: "busy" } | { kind: "refused" };

export interface LintAnswer {
  faults: Fault[];
  questions: number;
  publishable: boolean;
}

/** Return the configuration, undefined on a page without one. */
export function readConfig(page: Document): DesignerConfig | undefined {
  const text = page.getElementById("designer-config")?.textContent;
  if (!text) return undefined;
  return configOf(JSON.parse(text) as Told);
}

type Told = Omit<DesignerConfig, "base" | "base_version" | "person"> & {
  base?: string | null;
  base_version?: number | null;
  person?: string | number | null;
};

/** Return a configuration as the designer uses it. A page that says nothing of the base shows what is stored. */
export function configOf(told: Told): DesignerConfig {
  const text = unix(told.text);
  const isFirst = told.revision === 0 && (told.base_version ?? null) === null; // grew from nothing
  const base = told.base === undefined ? text : (told.base ?? (isFirst ? "" : null));
  return {
    ...told,
    text,
    base: base === null ? null : unix(base),
    base_version: told.base_version ?? null,
    person: String(told.person ?? ""),
    locale: told.locale === "en" ? "en" : "id",
  };
}

/** The editor counts lines by LF alone. */
export function unix(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
