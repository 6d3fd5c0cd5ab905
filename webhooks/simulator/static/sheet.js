// The list that opens from below.

import { byId, el } from "./dom.js";

/** Opens the options of a list message; `send(optionId)` once one is chosen. */
export function openSheet(message, send) {
  const sheet = byId("sheet");
  const button = byId("sheet-send");
  const rows = message.content.sections.flatMap((section) => [
    section.title ? el("h4", {}, section.title) : null,
    ...section.rows.map((option) => el("label", {},
      el("span", {}, option.title, option.description ? el("small", {}, option.description) : null),
      el("input", { type: "radio", name: "option", value: option.id }))),
  ]);
  byId("sheet-title").textContent = message.content.button;
  byId("sheet-rows").replaceChildren(...rows.filter(Boolean));
  button.disabled = true;
  byId("sheet-rows").onchange = () => { button.disabled = false; };
  button.onclick = () => {
    const chosen = sheet.querySelector("input:checked");
    sheet.close();
    if (chosen) send(chosen.value);
  };
  byId("sheet-close").onclick = () => sheet.close();
  sheet.onclick = (event) => { if (event.target === sheet) sheet.close(); };
  sheet.showModal();
}
