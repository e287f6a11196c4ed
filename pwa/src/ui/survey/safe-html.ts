/** Html of a form, and answers piped into it, without anything that could run. Source: design, section 6. */

import DOMPurify from "dompurify";

/** Return html with text, lists, tables and links to nowhere else; no scripts, styles or pictures from outside. */
export function safeHtml(html: string): string {
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "video", "audio", "source"],
    FORBID_ATTR: ["style", "id", "name", "srcset", "target"],
    ALLOWED_URI_REGEXP: /^(?:data:image\/(?:png|jpeg|gif|webp);base64,|#|tel:|mailto:)/i,
    ALLOW_DATA_ATTR: false,
  });
}
