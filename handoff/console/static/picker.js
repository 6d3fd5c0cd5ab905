// What opens above the composer: ready answers after "/", people after "@", emoji, and macros.
"use strict";

const PLACE = /\{\{\s*([a-z_]+)\s*\}\}/g;
const MOST_OPTIONS = 8;
// `options` are those that are listed, `chosen` the one that Enter takes, `typed` how many characters stand for them.
const picker = { kind: "", options: [], chosen: 0, typed: 0 };

const pickerBox = () => document.getElementById("picker");
const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const labelOf = (name) => writing.data?.labels[name] || name;
const openPlaces = (text) => [...new Set([...text.matchAll(PLACE)].map((place) => place[1]))];
const fillIn = (text, values) => text.replace(PLACE, (place, name) => values[name] || place);

function closePicker() {
  picker.kind = "";
  const box = pickerBox();
  if (!box) return;
  box.hidden = true;
  box.replaceChildren();
  for (const name of ["aria-controls", "aria-activedescendant", "aria-autocomplete"]) textField()?.removeAttribute(name);
}

function openPanel(title, ...content) {
  closePicker();
  picker.kind = "panel";
  const close = element("button", { type: "button", class: "quiet", "aria-label": `Fechar ${title}`, text: "×", press: leavePanel });
  const head = element("p", { class: "panel-head" }, element("strong", { text: title }), close);
  pickerBox().append(element("section", { class: "panel", "aria-label": title }, head, ...content));
  pickerBox().hidden = false;
  pickerBox().querySelector(".panel > :not(.panel-head) :is(input, button)")?.focus();
}

function leavePanel() {
  closePicker();
  textField()?.focus();
}

// The list after "/" and "@" ---------------------------------------------------------------------------------------

function updatePicker() {
  const text = textField();
  const before = text.value.slice(0, text.selectionStart);
  const sign = noteMode() ? "@" : "/";
  const typed = before.match(noteMode() ? /(?:^|\s)@([\w.-]*)$/ : /(?:^|\s)\/([^\s/]*)$/);
  if (!typed || !writing.data) return picker.kind === "list" && closePicker();
  const wanted = plain(typed[1]);
  const found = sign === "@" ? people(wanted) : replies(wanted);
  picker.typed = typed[1].length + 1;
  showList(sign === "@" ? "Pessoas" : "Respostas prontas", found.slice(0, MOST_OPTIONS));
}

const people = (wanted) =>
  writing.data.people
    .filter((person) => plain(`${person.login} ${person.name}`).includes(wanted))
    .map((person) => ({ head: `@${person.login}`, title: person.name, take: () => putIntoText(`@${person.login} `, picker.typed) }));

const replies = (wanted) =>
  writing.data.replies
    .filter((reply) => plain(`${reply.shortcut} ${reply.title} ${reply.text}`).includes(wanted))
    .sort((one, other) => other.shortcut.startsWith(wanted) - one.shortcut.startsWith(wanted))
    .map((reply) => ({ head: `/${reply.shortcut}`, title: reply.title, reply, take: () => takeReply(reply) }));

function showList(title, options) {
  closePicker();
  Object.assign(picker, { kind: "list", options, chosen: 0 });
  const list = element("ul", { role: "listbox", id: "options", "aria-label": title });
  options.forEach((option, place) => list.append(optionLine(option, place)));
  const none = title === "Pessoas" ? "Ninguém com este nome vê esta conversa." : "Nenhuma resposta pronta com estas letras. Esc: escrever assim mesmo.";
  pickerBox().append(options.length ? list : element("p", { class: "muted", role: "status", text: none }));
  pickerBox().hidden = false;
  if (!options.length) return;
  textField().setAttribute("aria-controls", "options");
  textField().setAttribute("aria-autocomplete", "list");
  choose(0);
}

function optionLine(option, place) {
  const line = element("li", { role: "option", id: `option-${place}`, "aria-selected": "false" });
  line.append(element("strong", { class: "mono", text: option.head }), element("span", { text: ` ${option.title}` }));
  if (option.reply) line.append(preview(option.reply.text, writing.data.known));
  if (option.reply?.file) line.append(element("span", { class: "tag", text: `📎 ${option.reply.file}` }));
  line.addEventListener("mousedown", (event) => {
    event.preventDefault();
    option.take();
  });
  return line;
}

// The text as it will be sent; what nobody knows yet is marked.
function preview(text, values) {
  const shown = element("span", { class: "option-text" });
  let at = 0;
  for (const place of text.matchAll(PLACE)) {
    shown.append(text.slice(at, place.index));
    const value = values[place[1]];
    shown.append(value || element("mark", { text: labelOf(place[1]) }));
    at = place.index + place[0].length;
  }
  shown.append(text.slice(at));
  return shown;
}

function choose(place) {
  picker.chosen = (place + picker.options.length) % picker.options.length;
  for (const line of pickerBox().querySelectorAll("[role=option]")) {
    const here = line.id === `option-${picker.chosen}`;
    line.setAttribute("aria-selected", String(here));
    if (here) line.scrollIntoView({ block: "nearest" });
  }
  textField().setAttribute("aria-activedescendant", `option-${picker.chosen}`);
}

// Whether a key in the text was meant for the list. Enter sends no shortcut that nothing answers to: Escape comes first.
function pickerTakes(event) {
  if (event.key === "Escape" && picker.kind) {
    event.preventDefault();
    closePicker();
    return true;
  }
  if (picker.kind !== "list" || event.isComposing) return false;
  const some = picker.options.length > 0, moves = some ? { ArrowDown: 1, ArrowUp: -1 } : {};
  const takes = (event.key === "Enter" && !event.shiftKey && (some || !noteMode())) || (event.key === "Tab" && some);
  if (!(event.key in moves) && !takes) return false;
  event.preventDefault();
  if (takes) picker.options[picker.chosen]?.take();
  else choose(picker.chosen + moves[event.key]);
  return true;
}

// Ready answers ----------------------------------------------------------------------------------------------------

function takeReply(reply) {
  const open = openPlaces(fillIn(reply.text, writing.data.known));
  if (open.length) return askPlaces(reply, open);
  useReply(reply, writing.data.known);
}

// One that is suggested beside the conversation.
async function takeReady(id) {
  const found = await fetchWriting();
  const reply = found?.replies.find((one) => one.id === Number(id));
  if (!reply || !setMode(false)) return;
  closePicker();
  picker.typed = 0;
  takeReply(reply);
}

// On a phone the card stands on a page without the composer: its link leads here.
function takeLinked() {
  const linked = location.hash.match(/^#pronta-(\d+)$/);
  if (!linked) return;
  history.replaceState(null, "", location.pathname + location.search);
  takeReady(linked[1]);
}

function askPlaces(reply, open) {
  const shown = element("div", { class: "bubble out preview" }, preview(reply.text, writing.data.known));
  const fields = open.map((name) => element("input", { type: "text", id: `place-${name}`, "data-place": name, maxlength: "300", required: true, autocomplete: "off" }));
  const values = () => ({ ...writing.data.known, ...Object.fromEntries(fields.map((field) => [field.dataset.place, field.value.trim()])) });
  const form = element("form", { class: "stack" });
  open.forEach((name, place) => form.append(element("label", { for: `place-${name}`, text: labelOf(name) }), fields[place]));
  form.append(shown, element("button", { class: "primary", text: "Usar resposta" }));
  form.addEventListener("input", () => shown.replaceChildren(preview(reply.text, values())));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    useReply(reply, values());
  });
  const typed = picker.typed;
  openPanel(`Falta preencher: /${reply.shortcut}`, form);
  picker.typed = typed;
}

function useReply(reply, values) {
  const typed = picker.typed;
  closePicker();
  writing.canned.add(reply.id);
  if (reply.file) writing.fileOf = reply.id;
  putIntoText(fillIn(reply.text, values), typed);
  showPicked(reply.file);
}

function showPicked(file = "") {
  const place = document.getElementById("picked");
  place.hidden = !writing.fileOf;
  place.replaceChildren();
  if (!writing.fileOf) return requireText();
  const drop = () => {
    writing.fileOf = null;
    showPicked();
  };
  place.append(
    element("span", { text: `📎 ${file} vai junto; o texto é a legenda` }),
    element("button", { type: "button", "aria-label": `Tirar ${file}`, text: "×", press: drop }),
  );
  requireText();
}

// Macros -----------------------------------------------------------------------------------------------------------

async function openMacros() {
  const found = await fetchWriting();
  const lines = (found?.macros || []).map((macro) => {
    const steps = element("ol", { class: "plain" }, ...macro.steps.map((step) => element("li", { text: step })));
    const run = element("button", { type: "button", class: "primary", text: "Executar", "aria-label": `Executar ${macro.title}` });
    const token = newToken();
    run.addEventListener("click", () => runMacro(macro.id, token, run));
    return element("li", { class: "macro" }, element("strong", { text: macro.title }), steps, run);
  });
  const none = element("p", { class: "muted", text: "Nenhuma macro para esta fila. A supervisão cria em Respostas." });
  openPanel("Macros", lines.length ? element("ul", {}, ...lines) : none);
}

async function runMacro(id, token, button) {
  button.disabled = true;
  try {
    const body = new URLSearchParams({ csrf: csrfToken(), macro: id, token });
    const response = await fetch(tray.dataset.macro, { method: "POST", body, headers: { "X-Console": "live" } });
    const answer = await response.json();
    tellTray(answer.ok ? "" : answer.problem);
    leavePanel();
  } catch {
    tellTray("Não deu para executar. Tente de novo: o que já foi não se repete.");
    button.disabled = false;
  }
  refresh();
}

function openReplies() {
  if (!setMode(false)) return;
  const text = textField();
  const before = text.value.slice(0, text.selectionStart);
  putIntoText(before && !/\s$/.test(before) ? " /" : "/");
}

if (tray) {
  const opens = { files: () => document.getElementById("files").click(), replies: openReplies, emoji: openEmoji, macros: openMacros };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    const ready = event.target.closest("[data-ready]");
    if (button) opens[button.dataset.open]();
    else if (ready && textField()?.offsetParent) {
      event.preventDefault();
      takeReady(ready.dataset.ready);
    }
    else if (picker.kind === "list" && !event.target.closest("#picker, #text")) closePicker();
  });
  pickerBox().addEventListener("keydown", (event) => event.key === "Escape" && leavePanel());
}
