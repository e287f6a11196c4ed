/**
 * What ODK's own engine says about sets of answers: relevance, required, constraints.
 *
 * node answers_of_odk.mjs NODE_MODULES FORM.xml SETS.json OUT.json
 * SETS: [{path: value or list of values}]; OUT: [{path: {relevant, violation}}], paths without rows.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, form, sets, target] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const { JSDOM } = require("jsdom");
// The engine is made for browsers: it asks for their XML classes, and for where its parser lies.
const { window } = new JSDOM("");
for (const name of Object.getOwnPropertyNames(window)) {
  if (!(name in globalThis) && /^[A-Z]/.test(name)) globalThis[name] = window[name];
}
globalThis.window ??= window;
globalThis.document ??= window.document;
globalThis.__dirname = `${modules}/@getodk/xforms-engine/dist`;
globalThis.require = require;

const { loadForm } = await import(`${modules}/@getodk/xforms-engine/dist/index.js`);
const attachment = () =>
  Promise.resolve(new Response("name,label\n1,2", { headers: { "content-type": "text/csv" } }));
const loaded = await loadForm(readFileSync(form, "utf8"), { fetchFormAttachment: attachment });
if (loaded.error) throw loaded.error;

function leaves(node, found) {
  const children = node.currentState.children;
  if (Array.isArray(children)) for (const child of children) leaves(child, found);
  else found.push(node);
  return found;
}

function pathOf(node) {
  return node.currentState.reference.replace(/\[\d+\]/g, "");
}

const out = JSON.parse(readFileSync(sets, "utf8")).map((answers) => {
  const { root } = loaded.createInstance();
  for (const node of leaves(root, [])) {
    const value = answers[pathOf(node)];
    if (value === undefined) continue;
    if (node.nodeType === "select") node.selectValues([value].flat());
    else if (node.setValue !== undefined) node.setValue(value); // a read-only text is a note
  }
  return Object.fromEntries(
    leaves(root, []).map((node) => [
      pathOf(node),
      {
        relevant: node.currentState.relevant,
        violation: node.validationState?.violation?.condition ?? null,
      },
    ]),
  );
});
writeFileSync(target, JSON.stringify(out));
