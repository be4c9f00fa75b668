// The bar of background work moves without a reload; when the work is finished the page is loaded once more.
(function () {
  "use strict";

  const EVERY = 1000;
  const LONGEST = 10000;

  function take(bar, fresh) {
    const said = bar.querySelector("[data-progress-said]");
    const words = fresh.querySelector("[data-progress-said]").textContent.trim();
    const meter = bar.querySelector("progress");
    const next = fresh.querySelector("progress");
    // A reader of screens hears the words once for each change, so they change only when they differ.
    if (said.textContent.trim() !== words) { said.textContent = words; }
    if (next.hasAttribute("value")) { meter.value = Number(next.getAttribute("value")); } else { meter.removeAttribute("value"); }
    meter.setAttribute("aria-label", next.getAttribute("aria-label"));
    const number = fresh.querySelector(".jb-work-number");
    let shown = bar.querySelector(".jb-work-number");
    if (number && !shown) { shown = document.importNode(number, true); bar.append(shown); }
    if (shown) { shown.textContent = number ? number.textContent : ""; }
  }

  async function follow(bar, pause) {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-progress]");
      if (!answer.ok) { throw new Error("no answer"); }
      if (!fresh || !fresh.hasAttribute("data-running")) { location.reload(); return; }
      take(bar, fresh);
      setTimeout(follow, EVERY, bar, EVERY);
    } catch (problem) {
      setTimeout(follow, pause, bar, Math.min(pause * 2, LONGEST));
    }
  }

  document.querySelectorAll("[data-progress][data-running]").forEach(function (bar) {
    setTimeout(follow, EVERY, bar, EVERY);
  });
})();
