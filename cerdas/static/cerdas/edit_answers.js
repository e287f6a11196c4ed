// Editing answers in the office: gathers what is typed and asks the form engine while typing.
// Titles and messages hold answers of people: they are only ever set as text.
"use strict";
(() => {
  const form = document.getElementById("e-edit");
  if (!form) return;
  const read = id => JSON.parse(document.getElementById(id).textContent);
  const options = read("e-options");
  const textOf = id => document.getElementById(id).textContent;
  const state = JSON.parse(form.elements.wanted.value);
  // As this browser writes numbers, so that what was not touched never differs.
  const opened = JSON.stringify(JSON.parse(form.elements.base.value));
  const summary = document.getElementById("e-summary");
  const words = summary.dataset;
  const questions = new Map();
  for (const box of form.querySelectorAll("[data-q]")) questions.set(box.dataset.q, box);
  for (const radio of form.querySelectorAll("input[type=radio]")) radio.name = `g:${radio.dataset.group}`;
  const atFirst = structuredClone(state);
  const fixedAtFirst = new Map();
  const removed = new Set();
  let leaves = false;
  let changed = JSON.stringify(state) !== opened;

  // -- answers ------------------------------------------------------------------------------
  const steps = path => {
    const found = [];
    let rest = path;
    for (let part; (part = /^([^[\]]+)\[([^[\]]*)\](?:\.|$)/.exec(rest)); rest = rest.slice(part[0].length))
      found.push([part[1], part[2]]);
    return [found, rest];
  };
  const rowOf = (rows, id) =>
    Array.isArray(rows) ? rows.find((row, index) => row && (row._id === id || (!row._id && String(index) === id))) : undefined;
  const placeOf = (answers, path) => {
    const [found, last] = steps(path);
    let place = answers;
    for (const [key, id] of found) {
      place = place && Object.hasOwn(place, key) ? rowOf(place[key], id) : undefined;
    }
    return [place, last];
  };
  const put = (answers, path, value) => {
    const [place, last] = placeOf(answers, path);
    if (!place) return;
    if (value === undefined) delete place[last];
    else Object.defineProperty(place, last, { value, writable: true, enumerable: true, configurable: true });
  };
  const get = (answers, path) => {
    const [place, last] = placeOf(answers, path);
    return place && Object.hasOwn(place, last) ? place[last] : undefined;
  };
  const wanted = () => {
    const answers = structuredClone(state);
    for (const path of removed) {
      const [found] = steps(path);
      const [key, id] = found.pop();
      let place = answers;
      for (const [outer, row] of found) place = place && rowOf(place[outer], row);
      if (place && Array.isArray(place[key])) place[key] = place[key].filter(row => row !== rowOf(place[key], id));
    }
    return answers;
  };

  const same = (a, b) => a.length === b.length && a.every(item => b.some(other => JSON.stringify(other) === JSON.stringify(item)));
  const valueOf = (box, before) => {
    const kind = box.dataset.kind;
    const input = box.querySelector("input, select, textarea");
    if (kind === "radio" || kind === "select") {
      const chosen = kind === "radio" ? box.querySelector("input:checked")?.value : input.value;
      return chosen ? JSON.parse(chosen) : undefined;
    }
    if (kind === "checks") {
      const chosen = [...box.querySelectorAll("input[type=checkbox]:checked")].map(item => JSON.parse(item.value));
      if (!chosen.length) return undefined;
      return Array.isArray(before) && same(before, chosen) ? before : chosen;
    }
    if (kind === "lookup") return box.querySelector("[data-chosen]").dataset.code || undefined;
    if (kind === "parts") return partsOf(box, get(atFirst, box.dataset.q));
    if (kind === "ranking") return rankingOf(box);
    return typed(input);
  };
  const typed = input => {
    if (input.tagName === "SELECT") return input.value ? JSON.parse(input.value) : undefined;
    if (input.type !== "number") {
      const text = input.value.trim();
      if (text === "") return undefined;
      return input.dataset.number !== undefined && Number.isFinite(Number(text)) ? Number(text) : input.value;
    }
    if (input.validity.badInput) return "?";
    return input.value === "" ? undefined : input.valueAsNumber;
  };
  const untouched = part =>
    part.tagName === "SELECT"
      ? part.value === ([...part.options].find(option => option.defaultSelected)?.value ?? "")
      : part.value === part.defaultValue && !part.validity.badInput;
  // A part that is as the page showed it stays as it was stored, whatever an input makes of it.
  const partsOf = (box, before) => {
    const answer = before && typeof before === "object" && !Array.isArray(before) ? { ...before } : {};
    for (const part of box.querySelectorAll("[data-part]")) {
      if (untouched(part)) continue;
      const value = typed(part);
      if (value === undefined) delete answer[part.dataset.part];
      else Object.defineProperty(answer, part.dataset.part, { value, writable: true, enumerable: true, configurable: true });
    }
    return Object.keys(answer).length ? answer : undefined;
  };
  const rankingOf = box => {
    const places = [...box.querySelectorAll("[data-part]")]
      .map(part => ({ value: JSON.parse(part.dataset.part), place: typed(part) }))
      .filter(({ place }) => typeof place === "number");
    places.sort((a, b) => a.place - b.place);
    return places.length ? places.map(({ value }) => value) : undefined;
  };
  const gather = box => {
    const path = box.dataset.q;
    put(state, path, valueOf(box, get(state, path)));
    const remark = box.querySelector("[data-remark]");
    if (remark) put(state, `${path}-Comment`, remark.value.trim() === "" ? undefined : remark.value);
    changed = true;
    later();
  };

  // -- the verdict --------------------------------------------------------------------------
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(judge, 300);
  };
  const shown = value => {
    if (value === undefined || value === null || value === "") return "–";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  // One question at a time goes to the engine; what was typed meanwhile is asked afterwards.
  let engine = null;
  let asked = 0;
  let answered = 0;
  let waits = false;
  const start = () => {
    const { engine: address, worker } = form.dataset;
    if (!address) return;
    engine = new Worker(worker);
    engine.onerror = () => { engine = null; off(); };
    engine.onmessage = event => {
      const { number, verdict, fault } = event.data;
      if (number === undefined || fault) {
        console.warn("no verdict", fault);
        if (number === undefined) engine = null;
        off();
      }
      if (number === undefined) return;
      answered = number;
      if (verdict) show(JSON.parse(verdict));
      form.toggleAttribute("data-judged", answered === asked && !waits);
      if (waits) judge();
    };
    engine.postMessage({ engine: address, form: textOf("e-form"), prefilled: textOf("e-prefilled") });
  };
  const judge = () => {
    const text = JSON.stringify(wanted());
    const note = document.getElementById("e-changed");
    note.textContent = changed && text !== opened ? note.dataset.words : "";
    if (!engine) return off();
    waits = asked !== answered;
    form.removeAttribute("data-judged");
    if (waits) return;
    asked += 1;
    engine.postMessage({ number: asked, answers: text, options: JSON.stringify(options) });
  };
  const off = () => {
    document.getElementById("e-errors").textContent = words.off;
    document.getElementById("e-errors").className = "c-subtle";
  };
  const boxOf = path => {
    let rest = path;
    while (rest && !questions.has(rest)) rest = rest.includes(".") ? rest.slice(0, rest.lastIndexOf(".")) : rest.replace(/\[[^[\]]*\]$|^[^[]*$/, "");
    return questions.get(rest) || questions.get(path.replace(/-Comment$/, ""));
  };
  const show = verdict => {
    const visible = new Set(verdict.visible);
    let hidden = 0;
    for (const [path, box] of questions) {
      box.querySelector(":scope > .e-messages")?.replaceChildren();
      delete box.dataset.state;
      const isHidden = !visible.has(path);
      box.toggleAttribute("data-hidden", isHidden);
      if (isHidden && box.dataset.kind !== "fixed") hidden += 1;
      const fixed = box.querySelector(":scope > .e-fixed [data-fixed]");
      if (fixed) showFixed(path, fixed, get(verdict.answers, path));
    }
    for (const section of form.querySelectorAll(".e-section"))
      section.toggleAttribute("data-hidden", !section.querySelector("[data-q]:not([data-hidden])"));
    document.getElementById("e-hidden").textContent = String(hidden);
    const list = document.getElementById("e-list");
    list.replaceChildren();
    for (const [kind, findings] of [["error", verdict.errors], ["warning", verdict.warnings]]) {
      for (const finding of findings) tell(kind, finding, list);
    }
    count("e-errors", verdict.errors.length, words.errors, "c-bad");
    count("e-warnings", verdict.warnings.length, words.warnings, "c-warn");
    if (!verdict.errors.length) {
      const badge = document.getElementById("e-errors");
      badge.textContent = words.none;
      badge.className = "c-badge c-job-done";
    }
    document.getElementById("e-list-fold").hidden = !list.children.length;
    for (const row of form.querySelectorAll(".e-row")) {
      const number = row.querySelectorAll('.e-question[data-state="error"]').length;
      const badge = row.querySelector(":scope > summary .e-row-count");
      badge.hidden = !number;
      badge.textContent = String(number);
    }
  };
  const showFixed = (path, span, value) => {
    if (!fixedAtFirst.has(path)) fixedAtFirst.set(path, span.textContent);
    const isAsStored = shown(value) === shown(get(atFirst, path));
    span.textContent = isAsStored ? fixedAtFirst.get(path) : shown(value);
  };
  const count = (id, number, name, style) => {
    const badge = document.getElementById(id);
    badge.className = number ? `c-badge ${style}` : "c-badge";
    badge.hidden = !number && id === "e-warnings";
    badge.textContent = `${number} ${name}`;
  };
  const tell = (kind, finding, list) => {
    const box = boxOf(finding.path);
    const item = document.createElement("li");
    item.textContent = finding.message;
    item.className = `e-${kind}`;
    if (box) {
      box.querySelector(":scope > .e-messages")?.append(item);
      if (box.dataset.state !== "error") box.dataset.state = kind;
    }
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = "#e-summary";
    link.className = `c-link e-${kind}`;
    link.textContent = finding.title ? `${finding.title}: ${finding.message}` : finding.message;
    link.addEventListener("click", event => {
      event.preventDefault();
      if (box) jump(box);
    });
    entry.append(link);
    list.append(entry);
  };
  const jump = box => {
    for (let up = box; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    box.scrollIntoView({ block: "center" });
    const target = box.querySelector("input, select, textarea, button") || box;
    target.focus({ preventScroll: true });
  };

  // -- events -------------------------------------------------------------------------------
  form.addEventListener("input", event => {
    const { target } = event;
    if (target.dataset.master !== undefined) return search(target);
    if (target.id === "e-show-hidden") return form.toggleAttribute("data-show-hidden", target.checked);
    if (target.dataset.remove !== undefined) {
      if (target.checked) removed.add(target.dataset.remove);
      else removed.delete(target.dataset.remove);
      target.closest(".e-row").toggleAttribute("data-removed", target.checked);
      changed = true;
      return later();
    }
    const box = target.closest(".e-question");
    if (box) gather(box);
  });
  form.addEventListener("click", event => {
    const clear = event.target.closest("[data-clear]");
    if (!clear) return;
    const box = clear.closest(".e-question");
    for (const radio of box.querySelectorAll("input:checked")) radio.checked = false;
    const chosen = box.querySelector("[data-chosen]");
    if (chosen) [chosen.dataset.code, chosen.textContent] = ["", "–"];
    gather(box);
  });
  form.addEventListener("keydown", event => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  form.addEventListener("wheel", event => {
    if (event.target === document.activeElement && event.target.type === "number") event.target.blur();
  }, { passive: true });
  form.addEventListener("submit", () => {
    leaves = true;
    form.elements.base.value = opened;
    form.elements.wanted.value = JSON.stringify(wanted());
    // what is typed goes as JSON; the radios have names only to be one choice each
    for (const radio of form.querySelectorAll("input[type=radio]")) radio.disabled = true;
  });
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
  window.addEventListener("beforeunload", event => {
    if (!leaves && changed && JSON.stringify(wanted()) !== opened) event.preventDefault();
  });

  // -- look-ups in master data --------------------------------------------------------------
  let asking = null;
  let typing = 0;
  const search = input => {
    clearTimeout(typing);
    typing = setTimeout(() => ask(input), 250);
  };
  const ask = async input => {
    asking?.abort();
    asking = new AbortController();
    const box = input.closest(".e-question");
    const list = box.querySelector(".e-found");
    if (!input.value.trim()) { list.hidden = true; return; }
    const query = new URLSearchParams({ type: input.dataset.master, q: input.value });
    let found;
    try {
      const reply = await fetch(`${form.dataset.choices}?${query}`, { signal: asking.signal, credentials: "same-origin" });
      if (!reply.ok) return;
      found = (await reply.json()).choices;
    } catch { return; }
    list.replaceChildren();
    for (const [code, text] of found) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${code} — ${text}`;
      button.addEventListener("click", () => {
        const chosen = box.querySelector("[data-chosen]");
        [chosen.dataset.code, chosen.textContent] = [code, button.textContent];
        const known = options.known[input.dataset.master];
        if (known) known.push(code);
        else options.known[input.dataset.master] = [code];
        input.value = "";
        list.hidden = true;
        gather(box);
      });
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
    if (!found.length) list.textContent = words.empty;
    list.hidden = false;
  };

  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") {
    target.open = true;
    for (let up = target.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  }
  start();
  judge();
})();
