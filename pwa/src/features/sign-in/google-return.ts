/** What the browser came back with from Google, behind the # of the address. Source: docs/sync.md, "Signing in". */

export const REASONS = [
  "cancelled", "failed", "unreachable", "expired", "inactive", "email_not_verified", "linked_to_another",
] as const;
export type Reason = (typeof REASONS)[number];

export type Returned = { code: string } | { reason: Reason };

/** Read it; null: the screen was opened as usual. A reason of a newer server is "failed". */
export function returnedFrom(hash: string): Returned | null {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const code = said.get("google_code");
  if (code !== null && code !== "") return { code };
  const reason = said.get("google");
  if (reason === null) return null;
  return { reason: REASONS.find((known) => known === reason) ?? "failed" };
}
