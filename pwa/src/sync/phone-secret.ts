/** The secret that binds a sign-in in the browser to this phone (as PKCE, RFC 7636). */

/** Return a new secret: 32 random bytes in base64url. */
export function secretMake(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** Return what may be shown of a secret: its SHA-256 in base64url, without padding. */
export async function challengeOf(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return base64url(new Uint8Array(digest));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
