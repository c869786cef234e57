"use strict";
// Renews the part of a page that says after how many milliseconds it is old. What comes is the same page, made by the
// same server; nothing in it runs.
(() => {
  const part = () => document.querySelector("[data-renew]");
  const saved = (() => { try { return localStorage.getItem("perf-track theme"); } catch { return null; } })();
  if (saved && saved !== "auto") document.documentElement.setAttribute("data-theme", saved);
  if (!part()) return;
  const again = () => setTimeout(renew, Number(part().dataset.renew) || 2000);
  async function renew() {
    if (!document.hidden && !String(getSelection())) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-renew]");
        if (answer.ok && next) part().replaceWith(document.adoptNode(next));
        part().classList.remove("old");
      } catch {
        part().classList.add("old");
      }
    }
    again();
  }
  again();
})();
