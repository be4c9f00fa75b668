// Long forms: what is typed is kept some seconds after typing stops, and sums follow the typing. Both are comforts:
// the form is saved by its buttons, and the server adds up for itself.
(function () {
  "use strict";

  const PAUSE = 3000;

  // Kept beside the record, for this person only. One request at a time; the last state is always sent.
  function keepWhileTyping(form) {
    const line = form.querySelector("[data-autosave-line]");
    let timer = 0;
    let isSending = false;
    let isWanted = false;

    function say(text, isLost) {
      line.textContent = text;
      line.classList.toggle("is-lost", isLost);
    }

    function content() {
      const data = new FormData(form);
      Array.from(data.entries()).forEach(function (entry) {
        if (entry[1] instanceof File) { data.delete(entry[0]); }
      });
      data.set("autosave", "1");
      return data;
    }

    async function keep() {
      if (form.dataset.sending === "yes") { return; }
      if (isSending) { isWanted = true; return; }
      isSending = true;
      isWanted = false;
      try {
        const answer = await fetch(location.pathname, { method: "POST", body: content(), credentials: "same-origin", redirect: "error" });
        if (!answer.ok) { throw new Error("not kept"); }
        const kept = (await answer.json()).kept;
        say(form.dataset.msgKept.replace("{time}", kept), false);
        // What is kept is not lost by leaving; the next change asks again.
        if (!isWanted) { form.dataset.changed = "no"; }
      } catch (problem) {
        say(form.dataset.msgLost, true);
      }
      isSending = false;
      if (isWanted) { keep(); }
    }

    function wait() {
      window.clearTimeout(timer);
      timer = window.setTimeout(keep, PAUSE);
    }

    form.addEventListener("input", wait);
    form.addEventListener("change", wait);
    form.addEventListener("submit", function () { window.clearTimeout(timer); });
  }

  // Hundredths as whole numbers: no floating point touches an amount. Null for a text that is no such number.
  function hundredths(text) {
    const plain = text.normalize("NFKC").replace(/[,\s%]/g, "");
    if (plain === "") { return 0n; }
    const match = /^(\d{1,13})(?:\.(\d{0,2}))?$/.exec(plain);
    return match ? BigInt(match[1]) * 100n + BigInt((match[2] || "").padEnd(2, "0")) : null;
  }

  function written(value) {
    const digits = value.toString().padStart(3, "0");
    return digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",") + "." + digits.slice(-2);
  }

  function cells(form, output) {
    const rows = Array.from(form.elements).filter(function (each) {
      return each.name && each.name.startsWith(output.dataset.sum + "-") && each.name.endsWith("-" + output.dataset.cell);
    });
    return rows.map(function (each) { return hundredths(each.value); });
  }

  function wording(form, output) {
    const parts = cells(form, output);
    const target = output.dataset.target
      ? hundredths(form.elements[output.dataset.target].value) : BigInt(output.dataset.whole);
    if (target === null || parts.includes(null)) { return ["msgUnread", 0n, 0n]; }
    const sum = parts.reduce(function (all, each) { return all + each; }, 0n);
    if (sum === 0n && target === 0n) { return ["msgBlank", sum, target]; }
    return [sum === target ? "msgEqual" : (sum < target ? "msgLess" : "msgMore"), sum, target];
  }

  function addUp(form) {
    form.querySelectorAll("output[data-sum]").forEach(function (output) {
      const [key, sum, target] = wording(form, output);
      const rest = sum < target ? target - sum : sum - target;
      const text = output.dataset[key].replace("{sum}", written(sum)).replace("{target}", written(target)).replace("{rest}", written(rest));
      if (output.textContent !== text) { output.textContent = text; }
      output.parentElement.classList.toggle("is-off", key !== "msgEqual" && key !== "msgBlank");
      output.parentElement.classList.toggle("is-blank", key === "msgBlank");
    });
  }

  function start() {
    document.querySelectorAll("form[data-autosave]").forEach(keepWhileTyping);
    document.querySelectorAll("form").forEach(function (form) {
      if (!form.querySelector("output[data-sum]")) { return; }
      form.addEventListener("input", function () { addUp(form); });
      // A row taken away changes the sum too; site.js puts the new list into the page.
      new MutationObserver(function () { addUp(form); }).observe(form, { childList: true, subtree: true });
      addUp(form);
    });
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
}());
