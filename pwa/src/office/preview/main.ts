/**
 * The preview of a questionnaire: in the frame of the designer, or in a window of its own.
 *
 * Loaded on demand so that styles come in the order of what builds on what, whatever order a page
 * would name them in: ours over those of SurveyJS and Quasar.
 */

const GONE = {
  id: "Pratinjau tidak dapat dimuat. Muat ulang halaman.",
  en: "The preview cannot be loaded. Load the page again.",
};

import("./start").catch((error: unknown) => {
  console.error(error);
  const place = document.getElementById("preview");
  if (place !== null) place.textContent = GONE[document.documentElement.lang === "en" ? "en" : "id"];
});

export {};
