// What can be done with one bubble: answer it, react to it, change or delete an own one.

import { el } from "./dom.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
let open = null;

/** Opens the menu of a bubble; `does` has quote, react, edit and revoke. Only one is open at a time. */
export function openMenu(message, node, does) {
  closeMenu();
  const mine = message.author === "customer";
  const now = message.content.reactions?.customer;
  const item = (name, action) => el("button", { type: "button", role: "menuitem", onclick: () => { closeMenu(); action(); } }, name);
  const emojis = EMOJIS.map((emoji) => el("button", {
    type: "button", role: "menuitem", "aria-label": `Reagir com ${emoji}`, "aria-pressed": String(emoji === now),
    onclick: () => { closeMenu(); does.react(message, emoji === now ? "" : emoji); },
  }, emoji));
  open = el("div", { class: "bubble-menu", role: "menu" },
    el("div", { class: "emojis" }, ...emojis),
    item("Responder", () => does.quote(message)),
    mine && message.kind === "text" ? item("Editar", () => does.edit(message)) : null,
    mine ? item("Apagar para todos", () => does.revoke(message)) : null);
  node.append(open);
  open.scrollIntoView({ block: "nearest" });
  open.querySelector("button").focus({ preventScroll: true });
}

export function closeMenu() {
  open?.remove();
  open = null;
}

document.addEventListener("click", (event) => { if (open && !open.parentNode.contains(event.target)) closeMenu(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
