// The composer: replies and notes with a draft each, quoted messages, and the buttons of a bubble.
"use strict";

const DRAFT_AFTER = 600;
const tray = document.getElementById("tray");
// `texts` is what stands in the composer in each mode; `canned` are the ready answers that are in the reply.
const writing = { data: null, mode: "", texts: { reply: "", note: "" }, timers: {}, quoted: "", canned: new Set(), fileOf: null };

const textField = () => document.getElementById("text");
const composerForm = () => document.querySelector("[data-composer]");
const noteMode = () => Boolean(document.getElementById("mode-note")?.checked);
const csrfToken = () => composerForm()?.querySelector("input[name=csrf]").value || "";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (key === "press") made.addEventListener("click", value);
    else if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// Called for each new composer: the page's own, and those that a change of the page puts in its place.
function wireComposer() {
  const text = textField();
  if (!text) return;
  const mode = noteMode() ? "note" : "reply";
  if (writing.mode && writing.mode !== mode) {
    // Replies became impossible meanwhile: what was typed stays in sight, as a note for now.
    text.value ||= writing.texts[mode];
    writing.texts[mode] = text.value;
  }
  if (!writing.mode) writing.texts[mode] = text.value;
  writing.mode = mode;
  text.placeholder = mode === "note" ? "Escreva uma nota que só a equipe vê…" : "Escreva ao cliente…";
  requireText();
}

function changeMode() {
  writing.mode = noteMode() ? "note" : "reply";
  textField().value = writing.texts[writing.mode];
  wireComposer();
  closePicker();
}

// A file may go without words.
function requireText() {
  const text = textField();
  if (text) text.required = writing.mode === "note" || !(pendingFiles.length || writing.fileOf);
}

function setMode(note) {
  const wanted = document.getElementById(note ? "mode-note" : "mode-reply");
  if (!wanted || wanted.disabled) return false;
  wanted.checked = true;
  if ((writing.mode === "note") !== note) changeMode();
  return true;
}

// Puts words where the cursor stands, in place of the last `instead` characters before it.
function putIntoText(words, instead = 0) {
  const text = textField();
  if (!text) return;
  text.setRangeText(words, text.selectionStart - instead, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function tellTray(problem) {
  const said = document.getElementById("said");
  said.textContent = problem || "";
  said.hidden = !problem;
}

// Drafts -----------------------------------------------------------------------------------------------------------

function draftLater(mode) {
  clearTimeout(writing.timers[mode]);
  writing.timers[mode] = setTimeout(() => saveDraft(mode), DRAFT_AFTER);
}

async function saveDraft(mode) {
  clearTimeout(writing.timers[mode]);
  delete writing.timers[mode];
  const body = new URLSearchParams({ csrf: csrfToken(), mode, text: writing.texts[mode] });
  try {
    await fetch(tray.dataset.draft, { method: "POST", body, headers: { "X-Console": "live" }, keepalive: true });
  } catch {
    if (!writing.timers[mode]) writing.timers[mode] = setTimeout(() => saveDraft(mode), 5000);
  }
}

async function fetchWriting() {
  try {
    const response = await fetch(tray.dataset.writing, { headers: { "X-Console": "live" }, cache: "no-store" });
    if (response.ok) writing.data = await response.json();
  } catch {
    // Without a connection there are no ready answers; what is typed goes on.
  }
  return writing.data;
}

async function restoreDrafts() {
  const found = await fetchWriting();
  const text = textField();
  if (!found || !text) return;
  for (const [mode, words] of Object.entries(found.drafts)) if (!writing.texts[mode]) writing.texts[mode] = words;
  if (!text.value) text.value = writing.texts[writing.mode];
}

// Sending ----------------------------------------------------------------------------------------------------------

function written(form) {
  const fields = { text: textField().value, token: form.querySelector("input[name=token]").value };
  if (writing.mode === "note") return fields;
  if (writing.quoted) fields.quoted = writing.quoted;
  const canned = new Set(writing.canned);
  if (canned.size) fields.canned = [...canned].join(",");
  if (writing.fileOf) fields.file_of = writing.fileOf;
  return fields;
}

// It is on its way, or kept for when it can be.
function wasSent(mode, text) {
  const field = textField();
  if (writing.mode === mode && field.value === text) field.value = "";
  if (writing.texts[mode] === text) writing.texts[mode] = "";
  if (mode === "reply") {
    writing.canned.clear();
    writing.fileOf = null;
    quote("");
    showPicked();
  }
  saveDraft(mode);
  requireText();
}

async function sendText(form, button) {
  const url = button.formAction;
  const mode = writing.mode;
  const fields = written(form);
  const open = mode === "reply" && writing.data ? openPlaces(fields.text) : [];
  if (open.length) return tell(form, `Falta preencher: ${open.map(labelOf).join(", ")}.`);
  const conversation = tray.dataset.conversation;
  const renew = () => (composerForm().querySelector("input[name=token]").value = newToken());
  try {
    // What waits goes first.
    if (readUnsent(unsentKey(conversation)).length) throw new TypeError("others wait");
    const body = new URLSearchParams({ ...fields, csrf: csrfToken() });
    const response = await fetch(url, { method: "POST", body, headers: { "X-Console": "live" } });
    if (response.status === 401) return tell(form, "Sua sessão terminou. Entre de novo em outra aba e envie outra vez.");
    const said = response.headers.get("Content-Type")?.includes("json");
    if (!said) return tell(form, "Não deu para enviar. O texto continua aqui: tente de novo, que não sai repetido.");
    const answer = await response.json();
    if (answer.stale) throw new TypeError("the page is too old");
    renew();
    if (answer.ok) wasSent(mode, fields.text);
    tell(onPage(form, "[data-composer]"), answer.ok ? "" : answer.problem);
  } catch {
    keepUnsent(conversation, { url, fields });
    renew();
    wasSent(mode, fields.text);
    sendUnsent();
  }
}

async function submitComposer(form, button) {
  if (button.disabled) return;
  button.disabled = true;
  tell(form, "");
  tellTray("");
  try {
    if (writing.mode === "reply" && pendingFiles.length && !(await sendFiles())) return;
    if (textField().value.trim() || (writing.mode === "reply" && writing.fileOf)) await sendText(form, button);
  } finally {
    button.disabled = false;
    textField()?.focus();
    refresh();
  }
}

// Quoting, and the forms of bubbles and marks ----------------------------------------------------------------------

function quote(id) {
  const place = document.getElementById("quoting");
  const bubble = id && document.getElementById(`m${id}`);
  writing.quoted = bubble ? id : "";
  place.hidden = !bubble;
  place.replaceChildren();
  if (!bubble) return;
  const words = bubble.querySelector(".text")?.textContent || bubble.querySelector(".label, .file, .picture")?.textContent || "mensagem";
  const by = bubble.querySelector(".by").textContent;
  place.append(
    element("p", { class: "quote" }, element("strong", { text: `${by} ` }), element("span", { text: words.slice(0, 140) })),
    element("button", { type: "button", "aria-label": "Não responder a esta mensagem", text: "×", press: () => quote("") }),
  );
}

async function submitAct(form, button) {
  tellTray("");
  try {
    const answer = await post(form.action, form, button);
    tellTray(answer.ok ? "" : answer.problem);
    const token = form.querySelector("input[name=token]");
    if (token) token.value = newToken();
    for (const field of form.querySelectorAll("input[type=text]")) if (answer.ok) field.value = "";
    const tools = form.closest("details.tools");
    if (tools) tools.open = false;
  } catch {
    tellTray("Não deu certo. Tente de novo.");
  }
  refresh();
}

if (tray) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-composer]")) {
      event.preventDefault();
      submitComposer(form, event.submitter || form.querySelector("button[formaction]"));
    } else if (form.matches("[data-act]")) {
      event.preventDefault();
      submitAct(form, event.submitter);
    }
  });
  document.addEventListener("change", (event) => event.target.name === "mode" && changeMode());
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text") return;
    writing.texts[writing.mode] = event.target.value;
    draftLater(writing.mode);
    updatePicker();
  });
  const touch = matchMedia("(pointer: coarse)").matches;
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text" || pickerTakes(event)) return;
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && (!touch || event.ctrlKey);
    if (!sends) return;
    event.preventDefault();
    const form = composerForm();
    form.requestSubmit(form.querySelector(noteMode() ? ".send-note" : ".send-reply"));
  });
  document.addEventListener("click", (event) => {
    const quoted = event.target.closest("[data-quote]");
    const whisper = event.target.closest("[data-whisper]");
    if (quoted && setMode(false)) {
      quoted.closest("details").open = false;
      quote(quoted.dataset.quote);
      textField().focus();
    }
    if (whisper && setMode(true)) putIntoText(`@${whisper.dataset.whisper} `);
  });
  addEventListener("pagehide", () => Object.keys(writing.timers).forEach(saveDraft));
  addEventListener("DOMContentLoaded", () => restoreDrafts().then(takeLinked));
}
