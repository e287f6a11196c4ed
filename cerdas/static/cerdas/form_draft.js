// The editor of a draft: where the cursor is, jumping to a fault, a warning before leaving.
"use strict";
(() => {
  const box = document.getElementById("draft-text");
  const place = document.getElementById("draft-place");
  const form = document.getElementById("draft");
  if (!box || !form) return;
  // The theme looks for a text field of its own beside every file: not here.
  for (const input of document.querySelectorAll("input[type=file]")) input.hasChangeListener = true;
  const opened = box.value;
  let leaves = false;
  form.addEventListener("submit", () => { leaves = true; });
  window.addEventListener("beforeunload", event => {
    const isShown = box.offsetParent !== null;  // else the designer looks after what was typed
    if (!leaves && isShown && box.value !== opened) event.preventDefault();
  });

  // The designer takes the form's place once it stands; where it does not come, the form does.
  const designer = document.getElementById("designer");
  if (designer) {
    const stands = () => designer.childElementCount > 0;
    const tellPage = () => document.documentElement.classList.toggle("f-no-designer", !stands());
    new MutationObserver(() => { if (stands()) tellPage(); }).observe(designer, { childList: true });
    window.addEventListener("load", () => setTimeout(tellPage, 3000));
    if (stands()) tellPage();
    // What the designer holds is stored already: a file is sent without the text of the page.
    form.addEventListener("submit", () => { box.disabled = stands(); });
    window.addEventListener("pageshow", () => { box.disabled = false; });
  }

  const tell = () => {
    const before = box.value.slice(0, box.selectionStart);
    const line = before.split("\n").length;
    place.textContent = `${line} : ${before.length - before.lastIndexOf("\n")}`;
  };
  for (const name of ["keyup", "click", "input"]) box.addEventListener(name, tell);

  const select = (start, end) => {
    box.focus({ preventScroll: true });
    box.setSelectionRange(start, end);
    const line = box.value.slice(0, start).split("\n").length;
    const height = parseFloat(getComputedStyle(box).lineHeight) || 18;
    box.scrollTop = Math.max(0, (line - 4) * height);
    box.scrollLeft = 0;
    box.scrollIntoView({ block: "center" });
    tell();
  };

  /** Offsets [start, end] of the value at a path such as pages[0].elements[3].visibleIf, or of its nearest parent. */
  const locate = (text, path) => {
    const wanted = path.match(/[^.[\]]+/g) || [];
    const found = [];
    let at = 0;
    const blank = () => { while (/\s/.test(text[at] || "")) at += 1; };
    const string = () => {
      const start = at;
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      at += 1;
      return text.slice(start, at);
    };
    const value = depth => {
      blank();
      const start = at;
      const matches = depth >= 0;
      if (text[at] === "{" || text[at] === "[") {
        const list = text[at] === "[";
        at += 1;
        for (let index = 0; at < text.length; index += 1) {
          blank();
          if (text[at] === "}" || text[at] === "]") break;
          let key = String(index);
          if (!list) {
            key = JSON.parse(string());
            blank();
            at += 1;
          }
          value(matches && depth < wanted.length && key === wanted[depth] ? depth + 1 : -1);
          blank();
          if (text[at] === ",") at += 1;
        }
        at += 1;
      } else if (text[at] === '"') string();
      else while (at < text.length && !/[\s,\]}]/.test(text[at])) at += 1;
      if (matches && depth > 0) found[depth] = found[depth] || [start, at];
    };
    value(0);
    return found.filter(Boolean).pop() || [0, 0];
  };

  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-path], a[data-row]");
    if (!link) return;
    event.preventDefault();
    const text = box.value;
    if (link.dataset.path !== undefined) {
      try {
        const [start, end] = locate(text, link.dataset.path);
        const line = text.indexOf("\n", start);
        select(start, line > start && line < end ? line : end);
      } catch { select(0, 0); }
      return;
    }
    const lines = text.split("\n");
    const row = Number(link.dataset.row) - 1;
    const start = lines.slice(0, row).join("\n").length + (row ? 1 : 0) + Number(link.dataset.column) - 1;
    select(start, start + 1);
  });
  const faults = document.getElementById("faults");
  if (faults) faults.focus();
})();
