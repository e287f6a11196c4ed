// Runs the form engine beside the page, so that typing never waits for a verdict.
"use strict";
let fixed = null;
self.onmessage = event => {
  const { engine, form, prefilled, number, answers, options } = event.data;
  try {
    if (engine) {
      importScripts(engine);
      CerdasEngine.load("form", form);
      fixed = prefilled;
      return;
    }
    const verdict = CerdasEngine.evaluateLoaded("form", answers, fixed, options);
    self.postMessage({ number, verdict });
  } catch (error) {
    self.postMessage({ number, fault: String(error).slice(0, 300) });
  }
};
