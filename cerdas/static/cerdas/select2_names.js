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
});
