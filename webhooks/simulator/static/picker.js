// Whose phone this is: the list of people, and any other number.

import { byId, el } from "./dom.js";
import { shortWhen } from "./when.js";

const HUES = 8;

export function initials(name) {
  const words = name.replace(/^\+\d+$/, "").split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  if (!words.length) return "?";
  return (words[0][0] + (words.length > 1 ? words[1][0] : "")).toUpperCase();
}

export function hue(waId) {
  return [...waId].reduce((sum, digit) => sum + Number(digit) * 3, 0) % HUES;
}

export class Picker {
  /** `choose(person)` when somebody is picked; `other(number)` when a number is typed, it answers with a promise. */
  constructor(choose, other) {
    this.choose = choose;
    this.entries = new Map();
    this.panel = byId("picker");
    this.veil = byId("veil");
    byId("me").addEventListener("click", () => this.open(true));
    byId("picker-close").addEventListener("click", () => this.open(false));
    this.veil.addEventListener("click", () => this.open(false));
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.open(false));
    byId("other").addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await other(byId("other-number").value)) event.target.reset();
    });
  }

  open(on) {
    this.panel.classList.toggle("open", on);
    this.veil.hidden = !on;
    if (on) this.panel.querySelector("[aria-current=true]")?.focus();
  }

  /** Shows the people; an entry that did not change is left alone. */
  show(people, current) {
    const list = byId("people");
    people.forEach((person, index) => {
      const state = JSON.stringify([person, person.key === current]);
      let entry = this.entries.get(person.key);
      if (!entry) {
        entry = { node: el("li"), state: "" };
        this.entries.set(person.key, entry);
      }
      if (entry.state !== state) {
        const focused = entry.node.contains(document.activeElement);
        entry.node.replaceChildren(this.entry(person, person.key === current));
        entry.state = state;
        if (focused) entry.node.firstChild.focus();
      }
      if (list.children[index] !== entry.node) list.insertBefore(entry.node, list.children[index] ?? null);
    });
    const me = people.find((person) => person.key === current);
    if (me && byId("me").dataset.who !== me.wa_id) this.header(me);
  }

  header(me) {
    byId("me").dataset.who = me.wa_id;
    byId("case").textContent = me.note ? `${me.name}: ${me.note}` : me.name;
    byId("case").hidden = false;
    byId("me-name").textContent = me.name.split(" ")[0];
    byId("me").setAttribute("aria-label", `Você é ${me.name}. Trocar de pessoa`);
    const avatar = byId("me-avatar");
    avatar.textContent = initials(me.name);
    avatar.className = `avatar small hue-${hue(me.wa_id)}`;
  }

  entry(person, current) {
    const last = person.last;
    const own = last?.author === "customer" ? "Você: " : "";
    const snippet = person.typing ? "digitando…" : last ? own + last.text : person.note || "Sem mensagens";
    return el("button", {
      type: "button", class: person.unread ? "fresh" : "", data: { who: person.wa_id }, title: person.note || null,
      "aria-current": String(current), onclick: () => { this.open(false); this.choose(person); },
    },
    el("span", { class: `avatar hue-${hue(person.wa_id)}`, "aria-hidden": "true" }, initials(person.name)),
    el("span", { class: "lines" },
      el("span", { class: "top" }, el("span", { class: "name" }, person.name), last && el("span", { class: "when" }, shortWhen(last.at))),
      el("span", { class: "bottom" }, el("span", { class: person.typing ? "snippet writing" : "snippet" }, snippet),
        person.unread ? el("span", { class: "badge", "aria-label": `${person.unread} não lidas` }, String(person.unread)) : null)));
  }
}
