// The keyboard first: single keys where nobody is typing. They can be switched off in the help.
"use strict";

const help = document.getElementById("help");
const keysOn = document.getElementById("keys-on");

function move(step) {
  const rows = [...document.querySelectorAll(".rows .row")];
  if (!rows.length) return;
  const current = rows.findIndex((row) => row === document.activeElement);
  const open = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const from = current >= 0 ? current : open;
  const to = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step));
  rows[to].focus();
  rows[to].scrollIntoView({ block: "nearest" });
}

function write(mode) {
  const choice = document.getElementById(`mode-${mode}`);
  if (!choice || choice.disabled) return;
  choice.click();
  document.getElementById("text").focus();
}

function open(menu, field) {
  const box = document.getElementById(menu);
  if (!box) return;
  box.open = true;
  box.querySelector(field).focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  r: () => write("reply"),
  n: () => write("note"),
  p: () => document.querySelector(".next button")?.click(),
  a: () => document.querySelector('form[action*="/take"] button')?.click(),
  e: () => open("menu-close", "button"),
  t: () => open("menu-transfer", "select"),
  "/": () => document.querySelector(".search input[type=search]")?.focus(),
  "?": () => help.showModal(),
};

function types(target) {
  return target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true], dialog");
}

// Out of what is being written, to the messages: from there the single keys work again.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !event.target.matches("#text, #search")) return;
  event.target.blur();
  document.querySelector(".talk .scroll")?.focus();
});

if (help) {
  keysOn.checked = localStorage.getItem("console-keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("console-keys", keysOn.checked ? "on" : "off"));
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (!keysOn.checked || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || types(event.target)) return;
    // Arrows scroll where they always do; among the rows they move.
    const inRows = event.target === document.body || event.target.closest(".rows");
    const arrow = inRows ? { ArrowDown: "j", ArrowUp: "k" }[event.key] : "";
    const act = KEYS[arrow || event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
