// A small dialog that asks for one or more lines of text.

import { byId, el } from "./dom.js";

/** Asks for `fields` (name, label, value); calls `send(values)` once they were given. */
export function ask(title, button, fields, send) {
  const dialog = byId("ask");
  byId("ask-title").textContent = title;
  byId("ask-send").textContent = button;
  byId("ask-fields").replaceChildren(...fields.map(({ name, label, value = "", numeric = false }) =>
    el("label", { class: "line" }, label, el("input", { name, value: String(value), maxlength: "4096", required: true, autocomplete: "off", inputmode: numeric ? "tel" : "text" }))));
  byId("ask-close").onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  byId("ask-form").onsubmit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    dialog.close();
    send(values);
  };
  dialog.showModal();
}
