/**
 * What the editor's page and the preview in its frame say to each other.
 *
 * In: {type: "form", form, selected?, theme?}. Out: {type: "ready"}, {type: "select", path}. Both are of one
 * origin; what comes from elsewhere is not heard.
 */

import { type Json, type JsonObject, get, isObject } from "@/engine";

/** selected: place in the JSON that the editor stands on; theme: of its page; undefined: it says nothing of them. */
export interface EditorSays {
  form: JsonObject | undefined;
  selected: string | undefined;
  theme: Theme | undefined;
}

export type Theme = "light" | "dark";

/** Return what a message says, undefined for what is none of the editor's. */
export function saidBy(data: unknown): EditorSays | undefined {
  if (!isObject(data) || get(data, "type") !== "form") return undefined;
  const [form, selected, theme] = [get(data, "form"), get(data, "selected"), get(data, "theme")];
  return {
    form: isObject(form) ? form : undefined,
    selected: typeof selected === "string" ? selected : undefined,
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  };
}

/** Return what both messages say together: the later counts where both say something. */
export function bothSaid(earlier: EditorSays | undefined, later: EditorSays): EditorSays {
  return {
    form: later.form ?? earlier?.form,
    selected: later.selected ?? earlier?.selected,
    theme: later.theme ?? earlier?.theme,
  };
}

export interface EditorChannel {
  say: (what: { type: "ready" } | { type: "select"; path: string }) => void;
  isAlone: boolean;
  close: () => void;
}

/**
 * Hear the editor, and return how to speak to it; hears nothing in a window that stands alone.
 *
 * Messages that wait are taken together: a slow computer draws the newest form, not each on the way.
 */
export function editorHear(hear: (said: EditorSays) => void): EditorChannel {
  const opener = window.opener as Window | null;
  const editor = window.parent !== window ? window.parent : opener;
  let waiting: EditorSays | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const taken = (): void => {
    const now = waiting;
    [waiting, timer] = [undefined, undefined];
    if (now !== undefined) hear(now);
  };
  const heard = (event: MessageEvent<Json>): void => {
    if (event.origin !== location.origin || editor === null || event.source !== editor) return;
    const said = saidBy(event.data);
    if (said === undefined) return;
    waiting = bothSaid(waiting, said);
    timer ??= setTimeout(taken, 0);
  };
  addEventListener("message", heard);
  return {
    isAlone: editor === null,
    say: (what) => editor?.postMessage(what, location.origin),
    close: () => {
      clearTimeout(timer);
      removeEventListener("message", heard);
    },
  };
}
