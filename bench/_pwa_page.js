// What bench/pwa.py does inside a page of the app. Given by the browser's own protocol, past the CSP.
globalThis.cerdasWatch ??= (() => {
  const tasks = [];
  const keep = list => tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration })));
  new PerformanceObserver(keep).observe({ type: "longtask", buffered: true });
  const frame = () => new Promise(requestAnimationFrame);
  const sleep = ms => new Promise(done => setTimeout(done, ms));
  const one = selector => document.querySelector(selector);

  /** Resolve once the next frame is drawn. */
  async function drawn() {
    await frame();
    await new Promise(done => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    });
  }

  async function until(test, what) {
    const end = performance.now() + 300_000;
    for (let found = test(); ; found = test()) {
      if (found) return found;
      if (performance.now() > end) throw new Error(`never: ${what}`);
      await frame();
    }
  }

  /** Milliseconds from a deed to the frame that shows what comes of it. */
  async function timed(deed, test, what) {
    const began = performance.now();
    deed();
    await until(test, what);
    await drawn();
    return performance.now() - began;
  }

  const tasksSince = at => tasks.filter(({ startTime }) => startTime >= at).map(({ duration }) => duration);

  /** Touch something and wait until something else shows. */
  const touch = (start, end) => timed(() => one(start).click(), () => one(end), end);

  /** Like touch; also says whether the end came from the same page, and the long tasks on the way. */
  async function touchAndRest(start, end, rest_ms) {
    const at = performance.now();
    const taken = await touch(start, end);
    await sleep(rest_ms);
    return { taken, longest: Math.max(0, ...tasksSince(at)) };
  }

  /** Scroll a list steadily, then in leaps. Frames that show no row at all are counted. */
  async function scroll(selector, row, frames) {
    const box = one(selector);
    const at = performance.now();
    let blank = 0;
    let last = performance.now();
    let gap = 0;
    const look = () => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
    };
    for (let n = 0; n < frames; n += 1) {
      box.scrollTop += 220;
      await frame();
      look();
    }
    for (let n = 0; n < frames / 4; n += 1) {
      box.scrollTop = (box.scrollHeight * ((n * 37) % 100)) / 100;
      await frame();
      await frame();
      look();
      const middle = box.getBoundingClientRect();
      if (!document.elementFromPoint(middle.left + 60, middle.top + middle.height / 2)?.closest(row)) blank += 1;
    }
    await sleep(500);
    const long = tasksSince(at);
    return { longest: Math.max(0, ...long), long: long.length, over: long.filter(ms => ms > 100).length, gap, blank };
  }

  const radiosOf = frame => [...frame.querySelectorAll("input[type=radio]")];

  /** Choose another answer of every question with choices on the page, and the old one again. */
  async function edits(most, rest_ms) {
    const taken = [];
    const rests = [];
    const paths = [...document.querySelectorAll(".cerdas-frame[data-path]")]
      .filter(frame => frame.querySelector(".cerdas-frame") === null && radiosOf(frame).some(({ checked }) => checked))
      .map(frame => frame.dataset.path).slice(0, most);
    for (const path of paths) {
      const here = () => one(`.cerdas-frame[data-path="${CSS.escape(path)}"]`);
      const was = radiosOf(here()).findIndex(({ checked }) => checked);
      for (const to of [was === 0 ? 1 : 0, was]) {
        const radio = radiosOf(here())[to];
        if (radio === undefined) continue;
        const at = performance.now();
        taken.push(await timed(() => radio.click(), () => radiosOf(here())[to]?.checked, path));
        await sleep(rest_ms);
        rests.push(Math.max(0, ...tasksSince(at + taken.at(-1))));
      }
    }
    return { taken, rests };
  }

  /** Type into text fields of the page and leave each of them. */
  async function texts(most, rest_ms) {
    const taken = [];
    const fields = [...document.querySelectorAll(".cerdas-frame input[type=text], .cerdas-frame textarea")]
      .filter(field => !field.readOnly && !field.disabled && field.value !== "" && field.getAttribute("role") !== "combobox")
      .slice(0, most);
    for (const field of fields) {
      for (const text of [`${field.value} x`, field.value]) {
        field.focus();
        field.value = text;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        taken.push(await timed(() => field.blur(), () => true, "blur"));
        await sleep(rest_ms);
      }
    }
    return taken;
  }

  /** Search in the open list of a data set: from the last key to the rows it leaves. */
  async function search(field, row, words) {
    const box = one(field);
    const taken = [];
    for (const text of words) {
      const before = [...document.querySelectorAll(row)].map(item => item.textContent).join("|");
      const deed = () => {
        box.value = text;
        for (const name of ["input", "keyup"]) box.dispatchEvent(new Event(name, { bubbles: true }));
      };
      const isNew = () => {
        const shown = [...document.querySelectorAll(row)].filter(item => item.checkVisibility());
        const now = shown.map(item => item.textContent).filter(found => found.includes("–")); // the last may say that more come
        const isFound = now.length > 0 && now.every(found => text.toLowerCase().split(" ").every(part => found.toLowerCase().includes(part)));
        return now.join("|") !== before && isFound;
      };
      taken.push(await timed(deed, isNew, `rows of ${text}`));
      await sleep(700);
    }
    return taken;
  }

  /** Set a search field of the app and wait for the count to change. */
  async function filter(field, count, words) {
    const taken = [];
    for (const text of words) {
      const before = one(count).textContent;
      const deed = () => {
        one(field).value = text;
        one(field).dispatchEvent(new InputEvent("input", { bubbles: true }));
      };
      taken.push(await timed(deed, () => one(count).textContent !== before, text));
      await sleep(600);
    }
    return taken;
  }

  /** Choose a page in the sheet of pages. */
  function turned(title) {
    const button = [...document.querySelectorAll(".pages-sheet button")].find(item => item.textContent.includes(title));
    const isThere = () => one(".subtitle")?.textContent.includes(title) && one(".cerdas-frame") && !one(".pages-sheet");
    return timed(() => button.click(), isThere, title);
  }

  /** Show the first member that is asked a question. */
  async function memberWith(end) {
    for (const tab of document.querySelectorAll(".cerdas-frame [role=tab]")) {
      tab.click();
      await sleep(400);
      if (one(`.cerdas-frame[data-path$="${end}"]`)?.checkVisibility()) return;
    }
    throw new Error(`no member is asked ${end}`);
  }

  /** Name the field in which the open list is searched. */
  function searchField() {
    const fields = [...document.querySelectorAll("input[role=combobox], .sv-list__input")];
    const field = fields.findLast(item => item.checkVisibility() && !item.readOnly);
    field.dataset.benchSearch = "";
    return "[data-bench-search]";
  }

  const opened = name => new Promise((done, fail) => {
    const asked = indexedDB.open(name);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const answered = asked => new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  /** Baseline of opening a list: IndexedDB alone gives the same rows. */
  async function rawList(kegiatan) {
    const db = await opened("cerdas");
    const [person] = await answered(db.transaction("persons").objectStore("persons").getAll());
    const began = performance.now();
    const range = IDBKeyRange.bound([person.id, kegiatan], [person.id, kegiatan, []]);
    const rows = await answered(db.transaction("assignments").objectStore("assignments").index("[person+kegiatan+status]").getAll(range));
    const taken = performance.now() - began;
    db.close();
    return { taken, rows: rows.length };
  }

  /** Baseline of the search: a plain loop over the parsed rows. */
  async function rawSearch(words) {
    const db = await opened("cerdas");
    const [master] = await answered(db.transaction("masters").objectStore("masters").getAll());
    db.close();
    const rows = JSON.parse(master.text).map(row => Object.values(row).join(" ").toLowerCase());
    return words.map(text => {
      const began = performance.now();
      const parts = text.toLowerCase().split(" ");
      let found = 0;
      for (const row of rows) if (parts.every(part => row.includes(part))) found += 1;
      return { taken: performance.now() - began, found, rows: rows.length };
    });
  }

  const headers = async () => {
    const db = await opened("cerdas");
    const [person] = await answered(db.transaction("persons").objectStore("persons").getAll());
    db.close();
    return { Authorization: `Bearer ${person.session.token}`, "Content-Type": "application/json" };
  };

  /** Baseline of a pull: the same pages, fetched and parsed, kept nowhere. */
  async function rawPull(kegiatan, limit) {
    const given = { headers: await headers(), cache: "no-store" };
    const began = performance.now();
    let cursor = "";
    let rows = 0;
    let bytes = 0;
    for (;;) {
      const reply = await fetch(`/api/v1/kegiatan/${kegiatan}/changes/?limit=${limit}${cursor && `&cursor=${cursor}`}`, given);
      const text = await reply.text();
      const page = JSON.parse(text);
      rows += page.assignments.length;
      bytes += text.length;
      cursor = encodeURIComponent(page.cursor);
      if (!page.more) return { taken: performance.now() - began, rows, bytes };
    }
  }

  /** Baseline of a push: bodies that are ready are posted one after the other. */
  async function rawPush(kegiatan, bodies) {
    const given = await headers();
    const began = performance.now();
    const outcomes = {};
    for (const body of bodies) {
      const reply = await fetch(`/api/v1/kegiatan/${kegiatan}/operations/`, { method: "POST", headers: given, body });
      for (const { outcome } of (await reply.json()).results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    return { taken: performance.now() - began, outcomes };
  }

  /** Bodies of the operations that wait, as the app would send them. */
  async function waiting(most) {
    const db = await opened("cerdas");
    const rows = await answered(db.transaction("operations").objectStore("operations").getAll());
    db.close();
    const wire = rows.map(({ id, type, assignment, base_version, after, at, data }) => ({
      id, type, assignment, at, data, ...(base_version === null ? {} : { base_version }), ...(after === null ? {} : { after }),
    }));
    const bodies = [];
    for (let n = 0; n < wire.length; n += most) bodies.push(JSON.stringify({ operations: wire.slice(n, n + most) }));
    return bodies;
  }

  async function operationStates() {
    const db = await opened("cerdas");
    const rows = await answered(db.transaction("operations").objectStore("operations").getAll());
    db.close();
    return rows.reduce((counts, { state }) => ({ ...counts, [state]: (counts[state] ?? 0) + 1 }), {});
  }

  async function size() {
    const { usage, usageDetails } = await navigator.storage.estimate();
    return { all: usage, indexedDB: usageDetails?.indexedDB ?? usage, caches: usageDetails?.caches ?? 0 };
  }

  /** When the first pixels of the app came, since the address was asked for. */
  const painted = async selector => {
    await until(() => one(selector), selector);
    await drawn();
    const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    return { first, shown: performance.now() };
  };

  return { touch, touchAndRest, turned, memberWith, searchField, operationStates, scroll, edits, texts, search, filter, rawList, rawSearch, rawPull, rawPush, waiting, size, painted };
})();
