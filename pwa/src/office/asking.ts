/** How scripts of office pages ask the office: as whom the page was opened for, with the token of now. */

/** What a page's config says of who asks. csrf: the token when the page was made; person: its id. */
export interface Asker {
  csrf: string;
  person: string;
}

/** Django's CSRF_COOKIE_NAME, readable by scripts; signing in again, also in another tab, changes it. */
const COOKIE = "csrftoken";

/** Return the token of a `document.cookie`, else the page's. */
export function tokenOf(cookies: string, otherwise: string): string {
  for (const pair of cookies.split(";")) {
    const [name = "", ...value] = pair.trim().split("=");
    if (name === COOKIE && value.length > 0) return value.join("=") || otherwise;
  }
  return otherwise;
}

/** Return the headers of a posted JSON. The office refuses it when somebody else is signed in by now. */
export function askHeaders({ csrf, person }: Asker, cookies: string): Record<string, string> {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": tokenOf(cookies, csrf) };
  return person === "" ? headers : { ...headers, "X-Cerdas-Person": person };
}

/** Return whether an answer says that nobody is signed in, or that the token was of an earlier sign-in. */
export function isSignedOut(status: number, code: string | undefined): boolean {
  return status === 401 || (status === 403 && (code === undefined || code.startsWith("csrf")));
}
