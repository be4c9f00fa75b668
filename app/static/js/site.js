// Small comforts. Every page works without them: menus that fold on a phone, rows added without a reload,
// a counter under long texts, and a question before unsaved changes are left behind.
(function () {
  "use strict";

  const root = document.documentElement;
  const wording = function (name) { return document.body.dataset[name] || ""; };
  root.classList.add("js");

  function foldMenus() {
    document.querySelectorAll("[data-toggle]").forEach(function (button) {
      const menu = document.getElementById(button.dataset.toggle);
      if (!menu) { return; }
      button.addEventListener("click", function () {
        const open = menu.classList.toggle("is-open");
        button.setAttribute("aria-expanded", String(open));
      });
    });
    document.querySelectorAll("details[data-menu]").forEach(function (menu) {
      document.addEventListener("click", function (event) {
        if (menu.open && !menu.contains(event.target)) { menu.open = false; }
      });
      menu.addEventListener("keydown", function (event) {
        if (event.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
      });
    });
  }

  function count(area) {
    const place = document.querySelector('[data-count-for="' + CSS.escape(area.id) + '"]');
    if (!place) { return; }
    place.textContent = wording("msgCount")
      .replace("{used}", Array.from(area.value).length)
      .replace("{max}", area.dataset.max);
  }

  // The form is sent as if its button had been pressed; of the answer only the list of rows is taken over.
  // Files are left out: the server does not look at them for this, and they stay chosen in the page.
  async function changeRows(event) {
    const button = event.submitter;
    const list = button && button.closest("[data-rows]");
    if (!list || !["add_row", "remove_row"].includes(button.name)) { return; }
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form);
    Array.from(data.entries()).forEach(function (entry) {
      if (entry[1] instanceof File) { data.delete(entry[0]); }
    });
    data.set(button.name, button.value);
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body: data, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(list.id);
      if (!answer.ok || !fresh || list.querySelector('input[type="file"]')) { throw new Error("no rows in the answer"); }
      list.replaceWith(document.importNode(fresh, true));
      form.dataset.changed = "yes";
      settleRows(document.getElementById(list.id), button.name);
    } catch (problem) {
      form.dataset.sending = "yes";
      const extra = document.createElement("input");
      extra.type = "hidden";
      extra.name = button.name;
      extra.value = button.value;
      form.append(extra);
      form.submit();
    }
  }

  function settleRows(list, command) {
    list.querySelectorAll("textarea[data-max]").forEach(count);
    const rows = list.querySelectorAll(".jb-row");
    const last = rows[rows.length - 1];
    const first = command === "add_row" && last && last.querySelector("input:not([type=hidden]), select, textarea");
    (first || list).focus();
  }

  function guardForms() {
    document.querySelectorAll("form[data-unsaved]").forEach(function (form) {
      form.addEventListener("input", function (event) {
        form.dataset.changed = "yes";
        if (event.target.matches("textarea[data-max]")) { count(event.target); }
      });
      form.addEventListener("submit", changeRows);
      form.addEventListener("submit", function (event) {
        if (!event.defaultPrevented) { form.dataset.sending = "yes"; }
      });
      form.querySelectorAll("textarea[data-max]").forEach(count);
    });
    window.addEventListener("beforeunload", function (event) {
      const dirty = document.querySelector('form[data-changed="yes"]:not([data-sending="yes"])');
      if (dirty) { event.preventDefault(); event.returnValue = wording("msgLeave"); }
    });
  }

  function start() {
    foldMenus();
    guardForms();
    const errors = document.querySelector("[data-focus]");
    if (errors) { errors.focus(); }
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
}());
