// What matters for one act alone is shown where that act is chosen, and only then sent.
// Without this script all of it stands there, and its legend says what it is for.
"use strict";

for (const form of document.querySelectorAll("form:has([data-for-act])")) {
  const show = () => {
    const act = form.querySelector("[name=act]:checked")?.value;
    for (const part of form.querySelectorAll("[data-for-act]")) {
      part.hidden = part.disabled = part.dataset.forAct !== act;
    }
  };
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}
