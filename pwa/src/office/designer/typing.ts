/** What is being typed in a field goes into the text a moment after the last key, or when it is asked for. */

export const TYPED_MS = 300;

export interface Typing {
  /** Write soon; of several writings of one field the last counts. */
  later: (write: () => void) => void;
  /** Write at once what waits. */
  now: () => void;
  /** What waits is overtaken. */
  drop: () => void;
}

export function createTyping(): Typing {
  let waiting: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const drop = (): void => {
    clearTimeout(timer);
    waiting = undefined;
  };
  const now = (): void => {
    const write = waiting;
    drop();
    write?.();
  };
  return {
    now,
    drop,
    later: (write) => {
      drop();
      waiting = write;
      timer = setTimeout(now, TYPED_MS);
    },
  };
}

/** A field takes its text when it is left: leave it. */
export function leaveField(): void {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) active.blur();
}
