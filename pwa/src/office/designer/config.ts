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

/** Of the page's `designer-config`. saved_at: UTC ISO 8601; is_saved: whether text is what is stored. */
export interface DesignerConfig {
  urls: Urls;
  csrf: string;
  text: string;
  is_saved: boolean;
  revision: number;
  saved_by: string | null;
  saved_at: string | null;
  kegiatan: { name: string };
  roles: string[];
  locale: "id" | "en";
}

/** What somebody else saved meanwhile; by and at are null when the draft is gone. */
export interface Theirs {
  text: string;
  revision: number;
  by: string | null;
  at: string | null;
}

/** How a saving ended. unreachable: nobody answered, or one may try again. */
export type Saving =
  | { kind: "saved"; revision: number; at: string }
  | { kind: "changed"; message: string; theirs: Theirs }
  | { kind: "refused"; code: string; message: string }
  | { kind: "unreachable" };

export interface LintAnswer {
  faults: Fault[];
  questions: number;
  publishable: boolean;
}

/** Return the configuration, undefined on a page without one. */
export function readConfig(page: Document): DesignerConfig | undefined {
  const text = page.getElementById("designer-config")?.textContent;
  if (!text) return undefined;
  const config = JSON.parse(text) as DesignerConfig;
  return { ...config, text: unix(config.text), locale: config.locale === "en" ? "en" : "id" };
}

/** The editor counts lines by LF alone. */
export function unix(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
