/** What is typed goes along when the page is left: to the office where there is time, else to the browser. */

import { onBeforeUnmount, onMounted, watch } from "vue";

import { tokenOf } from "../asking";

import { leaveField } from "./typing";
import type { Designer } from "./use-designer";

/** The page's own form, which puts a file or the newest version in the place of the text. */
const DRAFT = "draft";

export interface Leaving {
  /** The page's form was not sent: the text is not saved yet. */
  onHeld: () => void;
  /** Ask whether to leave by another form (signing out, the language) all the same. */
  isLeft: () => boolean;
}

export function useLeaving(designer: Designer, leaving: Leaving): void {
  const { autosave } = designer;
  const take = (): void => {
    leaveField();
    designer.typing.now();
  };
  const hidden = (): void => {
    if (document.visibilityState !== "hidden") return;
    take();
    if (autosave.isUnsaved) void autosave.flush(true);
  };
  const closing = (event: BeforeUnloadEvent): void => {
    designer.typing.now();
    if (autosave.isUnsaved && !designer.isKept.value) event.preventDefault();
  };
  /** What is put in takes the place of what the office has: that must be all. */
  const submitting = (event: SubmitEvent): void => {
    const { target: form, submitter } = event;
    if (!(form instanceof HTMLFormElement) || form.closest(".d-designer") !== null) return;
    take();
    if (form.id === DRAFT) formFollow(form, designer);
    if (!autosave.isUnsaved) return;
    if (form.id === DRAFT) {
      event.preventDefault();
      event.stopImmediatePropagation();
      void autosave.flush().then((isSaved) => {
        if (isSaved) form.requestSubmit(submitter);
        else leaving.onHeld();
      });
    } else if (!leaving.isLeft()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  watch(designer.saved, () => {
    const form = document.getElementById(DRAFT);
    if (form instanceof HTMLFormElement) formFollow(form, designer);
  }, { flush: "sync" });
  onMounted(() => {
    document.addEventListener("visibilitychange", hidden);
    window.addEventListener("pagehide", hidden);
    window.addEventListener("beforeunload", closing);
    document.addEventListener("submit", submitting, { capture: true });
  });
  onBeforeUnmount(() => {
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("pagehide", hidden);
    window.removeEventListener("beforeunload", closing);
    document.removeEventListener("submit", submitting, { capture: true });
    designer.typing.drop();
    autosave.stop();
  });
}

/** The form says what the editor is on now, and as whom the browser is signed in now. */
function formFollow(form: HTMLFormElement, designer: Designer): void {
  const put = (name: string, value: (before: string) => string): void => {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value(field.value);
  };
  put("revision", () => String(designer.autosave.baseRevision));
  put("base_version", () => String(designer.autosave.baseVersion ?? ""));
  put("csrfmiddlewaretoken", (before) => tokenOf(document.cookie, before));
}
