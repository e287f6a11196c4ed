"use strict";
// Select2 names its box after the value chosen, which may be empty: name it after the field's label.
// Called after the theme's own, which makes the boxes: both wait for jQuery, in the order of the page.
(window.django?.jQuery ?? (() => {}))(() => {
  for (const box of document.querySelectorAll(".select2-selection[role=combobox]")) {
    const field = box.closest(".select2-container").previousElementSibling;
    const label = field && field.labels && field.labels[0];
    const value = box.querySelector(".select2-selection__rendered");
    if (!label || !value) continue;
    label.id = label.id || `${field.id}-label`;
    box.setAttribute("aria-labelledby", `${label.id} ${value.id}`);
    value.removeAttribute("role"); // a text box within a combo box: the box itself says it all
    value.removeAttribute("aria-readonly");
  }
  // A list of several choices has a box to search in, named after the heading above it.
  for (const search of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const select = search.closest(".select2-container").previousElementSibling;
    const label = select && select.labels && select.labels[0];
    const heading = label || search.closest(":has(> h3), :has(h3)")?.querySelector("h3");
    if (heading) search.setAttribute("aria-label", heading.textContent.trim());
  }
});
