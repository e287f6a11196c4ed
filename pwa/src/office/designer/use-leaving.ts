/** What is typed goes along when the page is left: to the office where there is time, else to the browser. */

import { onBeforeUnmount, onMounted } from "vue";

import type { Designer } from "./use-designer";

export function useLeaving(designer: Designer): void {
  const { autosave } = designer;
  /** A field takes its text when it is left: leave it. */
  const leaveField = (): void => {
    const active = document.activeElement;
    if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) active.blur();
  };
  const hidden = (): void => {
    if (document.visibilityState !== "hidden") return;
    leaveField();
    if (autosave.isUnsaved) void autosave.flush(true);
  };
  const leaving = (event: BeforeUnloadEvent): void => {
    if (autosave.isUnsaved && !designer.isKept.value) event.preventDefault();
  };
  /** A file or the newest version is put in over what the office has: that must be all. */
  const submitting = (event: SubmitEvent): void => {
    const { target: form, submitter } = event;
    if (!(form instanceof HTMLFormElement) || form.closest(".d-designer") !== null || !autosave.isUnsaved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void autosave.flush().then((isSaved) => {
      if (isSaved) form.requestSubmit(submitter);
    });
  };
  onMounted(() => {
    document.addEventListener("visibilitychange", hidden);
    window.addEventListener("pagehide", hidden);
    window.addEventListener("beforeunload", leaving);
    document.addEventListener("submit", submitting, { capture: true });
  });
  onBeforeUnmount(() => {
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("pagehide", hidden);
    window.removeEventListener("beforeunload", leaving);
    document.removeEventListener("submit", submitting, { capture: true });
    autosave.stop();
  });
}
