// The panel that makes the pretended WhatsApp misbehave.

import { byId, el, toast } from "./dom.js";
import * as server from "./server.js";

export function openTrouble() {
  const dialog = byId("trouble");
  byId("trouble-close").onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  byId("trouble-clear").onclick = () => change({ clear: true });
  byId("trouble-form").onsubmit = (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const [on, mode] = given.mode.split("/");
    const numbers = Object.fromEntries(["seconds", "amount", "code", "seed"].map((name) => [name, Number(given[name])]));
    change({ on, mode, next: given.next ? Number(given.next) : null, chance: Number(given.chance) / 100, ...numbers });
  };
  refresh();
  dialog.showModal();
}

async function change(wanted) {
  try {
    show(await server.trouble(wanted));
  } catch (error) {
    toast(error.message);
  }
}

/** Asks what is switched on and shows how many troubles that are. */
export async function refresh() {
  show(await server.trouble().catch(() => ({ failures: [] })));
}

function show({ failures }) {
  const count = byId("trouble-count");
  count.hidden = !failures.length;
  count.textContent = failures.length;
  byId("trouble-list").replaceChildren(...failures.map((one) => el("li", {}, words(one))));
}

function words({ scope, mode, remaining, chance, seconds, amount, code }) {
  const parts = [`${scope}: ${mode}`, remaining === null ? "até desligar" : `${remaining}×`];
  if (chance < 1) parts.push(`${Math.round(chance * 1000) / 10} %`);
  if (seconds) parts.push(`${seconds} s`);
  if (amount) parts.push(`${amount}`);
  if (code) parts.push(`código ${code}`);
  return parts.join(" · ");
}
