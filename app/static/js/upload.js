// Uploads in chunks, begun as soon as a file is chosen: a broken line or a reload loses nothing. Without this script the
// files go with the form, and the server keeps them all the same.
(function () {
  "use strict";

  const CHUNK = 1024 * 1024;
  const PAUSES = [1, 2, 5, 10, 20, 30];
  const wording = function (name) { return document.body.dataset[name] || ""; };
  const underWay = new Map();

  class Refused extends Error {}

  function form(list) { return list.closest("form"); }

  function tokenOf(list) { return form(list).querySelector('input[name="csrf_token"]').value; }

  async function ask(list, address, body) {
    const answer = await fetch(address, {
      method: "POST", body: body, credentials: "same-origin", headers: { "X-CSRFToken": tokenOf(list) },
    });
    if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) {
      throw new Refused(answer.status >= 500 ? wording("msgUploadAgain") : wording("msgUploadSignIn"));
    }
    const said = await answer.json();
    if (answer.status === 422) { throw new Refused(said.error); }
    return said;
  }

  function fieldsOf(list, values) {
    const body = new FormData();
    body.set("ticket", list.dataset.ticket);
    Object.entries(values).forEach(function (entry) { if (entry[1]) { body.set(entry[0], entry[1]); } });
    return body;
  }

  // Only where the page came safely does the browser offer hashes; without one an upload cannot be resumed.
  async function hashOf(file) {
    if (!window.crypto || !window.crypto.subtle) { return ""; }
    const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return Array.from(new Uint8Array(digest)).map(function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  // A line that breaks is tried again after a pause, from where the server says it is.
  async function patiently(item, work) {
    for (let turn = 0; ; turn += 1) {
      try {
        return await work();
      } catch (problem) {
        if (problem instanceof Refused || turn >= PAUSES.length || item.stopped) { throw problem; }
        item.say(wording("msgUploadWaiting"));
        await new Promise(function (resolve) { setTimeout(resolve, PAUSES[turn] * 1000); });
      }
    }
  }

  async function send(list, file, item) {
    const base = list.dataset.upload;
    const sha256 = await hashOf(file);
    const begin = { name: file.name, size: String(file.size), sha256: sha256 };
    let place = await patiently(item, function () { return ask(list, base, fieldsOf(list, begin)); });
    item.id = place.id;
    while (place.received < file.size) {
      if (item.stopped) { return null; }
      const offset = place.received;
      item.progress(offset, file.size);
      const piece = file.slice(offset, offset + CHUNK);
      const said = await patiently(item, function () {
        return ask(list, base + "/" + item.id + "/chunk?offset=" + offset, piece);
      });
      place = said;
    }
    item.progress(file.size, file.size);
    return patiently(item, function () { return ask(list, base + "/" + item.id + "/finish", fieldsOf(list, {})); });
  }

  function makeItem(list, file) {
    const line = document.createElement("li");
    line.className = "jb-upload";
    const name = document.createElement("span");
    name.className = "jb-file-name";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", file.name);
    bar.max = 100;
    bar.value = 0;
    const note = document.createElement("span");
    note.className = "jb-muted";
    note.setAttribute("role", "status");
    const button = makeButton(wording("msgUploadStop"), file.name);
    line.append(name, bar, note, button);
    list.append(line);
    const item = {
      line: line, button: button, stopped: false, id: null,
      say: function (text) { note.textContent = text; },
      progress: function (done, size) {
        const part = Math.floor(100 * done / size);
        bar.value = part;
        bar.setAttribute("aria-valuenow", String(part));
        note.textContent = part + " %";
      },
      fail: function (text) {
        bar.remove();
        note.className = "jb-error-text";
        note.setAttribute("role", "alert");
        note.textContent = text;
        button.textContent = wording("msgUploadClose");
      },
    };
    button.addEventListener("click", function () {
      item.stopped = true;
      if (item.id) { ask(list, list.dataset.upload + "/" + item.id + "/remove", fieldsOf(list, {})).catch(function () {}); }
      line.remove();
    });
    return item;
  }

  function makeButton(text, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn jb-btn-plain";
    button.textContent = text;
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = " " + name;
    button.append(hidden);
    return button;
  }

  function showWhole(list, item, said) {
    const kept = document.createElement("input");
    kept.type = "hidden";
    kept.name = list.dataset.name;
    kept.value = said.id;
    const text = wording("msgUploaded").replace("{name}", said.name);
    item.line.querySelector(".jb-file-name").textContent = text;
    item.line.querySelector("progress").remove();
    item.say(said.size);
    const remove = makeButton(wording("msgUploadRemove"), said.name);
    remove.dataset.remove = said.id;
    item.button.replaceWith(remove);
    item.line.append(kept);
    form(list).dataset.changed = "yes";
  }

  async function upload(list, file) {
    const item = makeItem(list, file);
    try {
      const said = await send(list, file, item);
      if (said) { showWhole(list, item, said); }
    } catch (problem) {
      item.fail(problem instanceof Refused ? problem.message : wording("msgUploadAgain"));
    }
  }

  function choose(input, list) {
    const files = Array.from(input.files);
    const room = Number(list.dataset.max) - (list.dataset.max === "1" ? 0 : list.querySelectorAll(".jb-upload input").length);
    input.value = "";
    list.querySelectorAll("[data-broken]").forEach(function (line) { line.remove(); });
    if (list.dataset.max === "1" && files.length) { list.replaceChildren(); }
    const work = files.slice(0, room).reduce(function (before, file) {
      return before.then(function () { return upload(list, file); });
    }, underWay.get(list) || Promise.resolve());
    if (files.length > room) { makeItem(list, files[room]).fail(wording("msgUploadTooMany").replace("{count}", list.dataset.max)); }
    const settled = work.finally(function () { if (underWay.get(list) === settled) { underWay.delete(list); } });
    underWay.set(list, settled);
  }

  // A form sent too early waits for its files, and goes by itself.
  async function wait(event) {
    const own = Array.from(underWay.keys()).filter(function (list) { return form(list) === event.target; });
    if (!own.length) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const sender = event.submitter;
    await Promise.all(own.map(function (list) { return underWay.get(list); }));
    if (!event.target.querySelector(".jb-upload .jb-error-text")) { event.target.requestSubmit(sender); }
  }

  async function take(event) {
    const button = event.target.closest("[data-remove], button[name=drop_upload]");
    const list = button && button.closest(".jb-uploads[data-upload]");
    if (!list) { return; }
    event.preventDefault();
    const line = button.closest("li");
    const input = document.getElementsByName(list.dataset.name.replace(/-kept$/, ""))[0];
    try {
      await ask(list, list.dataset.upload + "/" + (button.dataset.remove || button.value) + "/remove", fieldsOf(list, {}));
    } catch (problem) { /* It is gone from the form; the server forgets it in two days. */ }
    line.remove();
    if (input) { input.focus(); }
  }

  function start() {
    document.querySelectorAll(".jb-uploads[data-upload]").forEach(function (list) {
      const input = list.parentElement.querySelector('input[type="file"]');
      if (!input || !form(list)) { return; }
      input.addEventListener("change", function () { choose(input, list); });
    });
    document.addEventListener("submit", wait, true);
    document.addEventListener("click", take);
    window.addEventListener("beforeunload", function (event) {
      if (underWay.size) { event.preventDefault(); event.returnValue = wording("msgLeave"); }
    });
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
}());
