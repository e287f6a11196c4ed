/**
 * What ODK's own engine says about sets of answers: relevance, rules, values, choices, rows.
 *
 * node answers_of_odk.mjs NODE_MODULES JOBS.json OUT.json
 * JOBS: {now, forms: [{xform, sets: [{answers: {reference: value}, counts: {reference: rows}}]}]}
 *   reference: path of a node with the numbers of its rows (`/data/anggota[2]/umur`); value: text, list
 *   of texts, {latitude, longitude, accuracy}, true for a trigger, null to empty it.
 * OUT: [{error} | {sets: [{nodes: {reference: {type, relevant, violation, value, options}},
 *   repeats: {reference: {rows, relevant}}}]}]
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, source, target] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const { JSDOM } = require("jsdom");
const jobs = JSON.parse(readFileSync(source, "utf8"));

// The engine is made for browsers: it asks for their XML classes, and for where its parser lies.
const { window } = new JSDOM("");
for (const name of Object.getOwnPropertyNames(window)) {
  if (!(name in globalThis) && /^[A-Z]/.test(name)) globalThis[name] = window[name];
}
globalThis.window ??= window;
globalThis.document ??= window.document;
globalThis.__dirname = `${modules}/@getodk/xforms-engine/dist`;
globalThis.require = require;

// Both engines read the same clock.
const RealDate = Date;
const now = new RealDate(jobs.now).getTime();
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now]));
  }

  static now() {
    return now;
  }
};

const { loadForm } = await import(`${modules}/@getodk/xforms-engine/dist/index.js`);
const attachment = () =>
  Promise.resolve(new Response("name,label\n1,2", { headers: { "content-type": "text/csv" } }));
const PASSES = 8; // an answer may open a choice, a row or a question for the next one

function isRange(node) {
  return node.nodeType.startsWith("repeat-range");
}

/** Yield every node that holds an answer, and every range of rows. */
function* nodesIn(node) {
  const { children } = node.currentState;
  if (isRange(node)) yield node;
  if (!Array.isArray(children)) yield node;
  else for (const child of children) yield* nodesIn(child);
}

function setRows(node, wanted) {
  const there = node.currentState.children.length;
  if (wanted === undefined || wanted === there || node.nodeType.endsWith(":controlled")) return false;
  if (wanted > there) node.addInstances(there - 1, wanted - there);
  else node.removeInstances(wanted, there - wanted);
  return true;
}

function valueOf(node) {
  const { instanceValue, value } = node.currentState;
  return String(instanceValue ?? value ?? "");
}

/** Give a node its answer; say whether that changed it. */
function setAnswer(node, value) {
  const before = valueOf(node);
  const given = value ?? "";
  if (node.nodeType === "select") node.selectValues([value ?? []].flat());
  else if (node.nodeType === "rank") setOrder(node, value ?? []);
  else if (node.nodeType === "trigger") node.setValue(value === true);
  else if (node.setValue !== undefined && node.nodeType !== "upload") {
    node.setValue(given === "" && node.valueType !== "string" ? null : given);
  }
  return before !== valueOf(node);
}

/** An order holds every choice that is offered; those not named follow. */
function setOrder(node, wanted) {
  const offered = node.currentState.valueOptions.map((option) => option.value);
  const first = wanted.filter((value) => offered.includes(value));
  node.setValues(wanted.length ? [...first, ...offered.filter((value) => !first.includes(value))] : []);
}

/** Lay the rows that are asked for, from outside in: nodes of a row taken away must not be read. */
function lay(root, counts) {
  while ([...nodesIn(root)].some((node) => isRange(node) && setRows(node, counts[node.currentState.reference])));
}

function byReference(root) {
  return new Map([...nodesIn(root)].map((node) => [node.currentState.reference, node]));
}

function fill(root, { answers, counts }) {
  for (let pass = 0; pass < PASSES; pass += 1) {
    lay(root, counts);
    let nodes = byReference(root);
    const isCounted = [...nodes.values()].some((node) => node.nodeType === "repeat-range:controlled");
    let changed = false;
    for (const [reference, value] of Object.entries(answers)) {
      const node = nodes.get(reference);
      if (node === undefined || node.currentState.readonly || !setAnswer(node, value)) continue;
      changed = true;
      if (isCounted) nodes = byReference(root); // the answer may have taken rows away
    }
    if (!changed) return;
  }
}

function told(root) {
  const found = { nodes: {}, repeats: {} };
  for (const node of nodesIn(root)) {
    const { reference, relevant, valueOptions } = node.currentState;
    if (isRange(node)) {
      found.repeats[reference] = { rows: node.currentState.children.length, relevant };
      continue;
    }
    found.nodes[reference] = {
      type: node.nodeType,
      relevant,
      violation: node.validationState?.violation?.condition ?? null,
      value: valueOf(node),
      options: Array.isArray(valueOptions) ? valueOptions.map((option) => option.value) : null,
    };
  }
  return found;
}

async function played({ xform, sets }) {
  const loaded = await loadForm(xform, { fetchFormAttachment: attachment });
  if (loaded.error) return { error: String(loaded.error.message ?? loaded.error) };
  try {
    return {
      sets: sets.map((set) => {
        const { root } = loaded.createInstance();
        fill(root, set);
        return told(root);
      }),
    };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

const out = [];
for (const form of jobs.forms) out.push(await played(form));
writeFileSync(target, JSON.stringify(out));
