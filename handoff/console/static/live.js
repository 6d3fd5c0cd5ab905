// Keeps the open page up to date: told by the server over a stream, or asking it where no stream gets through.
"use strict";

const page = document.body.dataset;
const SECONDS = Number(page.every || 2);
const SECONDS_HIDDEN = 15;
// The server says something every 15 s; a proxy that holds it back gets no second chance for a while.
const SILENCE = 40;
const FIRST_WORD = 6;
const TYPED = "textarea[id], select[id], input[id]:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=submit])";
const title = document.title;
let tag = "";
let timer = 0;
let underway = false;
let stream = null;
let silence = 0;
let failures = 0;
let leaveBackground = null;

function say(text) {
  const banner = document.getElementById("offline");
  banner.textContent = text;
  banner.hidden = !text;
}

function listen() {
  if (!page.stream || stream) return;
  stream = new EventSource(page.stream);
  expect(FIRST_WORD);
  stream.addEventListener("beat", () => {
    if (failures || timer) say("");
    clearTimeout(timer);
    timer = failures = 0;
    expect(SILENCE);
  });
  stream.addEventListener("parts", (event) => show(event.data));
  stream.addEventListener("notice", (event) => {
    document.dispatchEvent(new CustomEvent("console:notice", { detail: JSON.parse(event.data) }));
  });
  stream.addEventListener("end", (event) => {
    hangUp();
    if (event.data === "session") stop("Sua sessão terminou.", true);
    else if (event.data === "rights") stop("Esta conversa saiu das suas filas.", false);
    else askUntilHeard();
  });
  stream.onerror = askUntilHeard;
}

function expect(seconds) {
  clearTimeout(silence);
  silence = setTimeout(askUntilHeard, 1000 * seconds);
}

function hangUp() {
  clearTimeout(silence);
  stream?.close();
  stream = null;
}

// Each console waits another while: after a restart of the server they do not all come at once.
function askUntilHeard() {
  hangUp();
  failures += 1;
  setTimeout(listen, (1000 + 3000 * Math.random()) * Math.min(failures, 15));
  if (!timer) refresh();
}

// After an act: the stream tells by itself, otherwise the page asks at once.
function refresh() {
  if (!stream || timer || failures) ask();
}

async function ask() {
  clearTimeout(timer);
  if (underway) return;
  underway = true;
  try {
    const headers = { "X-Console": "live" };
    if (tag) headers["If-None-Match"] = tag;
    const response = await fetch(page.live, { headers, cache: "no-store" });
    if (response.status === 401) return stop("Sua sessão terminou.", true);
    if (response.status === 403 || response.status === 404) return stop("Esta conversa saiu das suas filas.", false);
    if (response.status === 200) {
      tag = response.headers.get("ETag") || "";
      show(await response.text());
    }
    say(response.ok || response.status === 304 ? "" : "O servidor está com problemas. Tentando de novo…");
  } catch {
    say("Sem conexão com o servidor. Tentando de novo…");
  } finally {
    underway = false;
  }
  timer = stream && !failures ? 0 : setTimeout(ask, 1000 * (document.hidden ? SECONDS_HIDDEN : SECONDS));
}

function stop(text, signIn) {
  hangUp();
  page.stream = "";
  say(text + " ");
  const link = document.createElement("a");
  link.href = signIn ? "/console/login" : "/console/";
  link.textContent = signIn ? "Entrar de novo" : "Voltar à lista";
  document.getElementById("offline").append(link);
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("[data-region]")) {
    const old = document.querySelector(`[data-region="${part.dataset.region}"]`);
    if (old && old.dataset.v !== part.dataset.v) replace(old, part);
  }
  count();
  countDown();
}

function replace(old, part) {
  old.dataset.v = part.dataset.v;
  if (part.dataset.region === "thread") return replaceThread(old, part);
  const kept = keep(old);
  takeKnown(part);
  old.replaceChildren(...part.childNodes);
  restore(old, kept);
  if (part.dataset.region === "composer") {
    wireComposer();
    showBlanks(old);
  }
  if (part.dataset.region === "card") wireReveal();
}

// Rows and filters that are on the page already come without their content.
function takeKnown(part) {
  for (const item of part.querySelectorAll("[data-k]:empty")) {
    const known = document.getElementById(item.id);
    if (known) item.replaceWith(known);
  }
}

// What a person typed, chose, opened or stands on must survive a change around it.
function keep(part) {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  return {
    values: [...part.querySelectorAll(TYPED)].map((field) => [field.id, field.value]),
    checked: [...part.querySelectorAll("input[type=radio]:checked, input[type=checkbox]:checked")].map((field) => field.id),
    open: [...part.querySelectorAll("details[open]")].map((box) => box.id),
    tokens: [...part.querySelectorAll("input[name=token]")].map((field) => field.value),
    problems: [...part.querySelectorAll("[data-problem]")].map((line) => line.textContent),
    active: active?.id,
    row: [...part.querySelectorAll(".row")].indexOf(active),
    // What has no id of its own is found again by where it stands and what it says.
    home: active?.closest("[id]")?.id,
    pressed: active?.textContent,
    from: active?.selectionStart,
    to: active?.selectionEnd,
  };
}

function restore(part, kept) {
  const find = (id) => id && part.querySelector(`#${CSS.escape(id)}`);
  for (const [id, value] of kept.values) if (find(id) && value) find(id).value = value;
  for (const id of kept.checked) if (find(id) && !find(id).disabled) find(id).checked = true;
  for (const id of kept.open) if (find(id)) find(id).open = true;
  const tokens = part.querySelectorAll("input[name=token]");
  kept.tokens.forEach((value, place) => tokens[place] && (tokens[place].value = value));
  const forms = [...part.querySelectorAll("[data-problem]")].map((line) => line.closest("form"));
  if (forms.length === kept.problems.length) kept.problems.forEach((text, place) => text && tell(forms[place], text));
  const home = find(kept.home) || part;
  const same = () => [...home.querySelectorAll("a, button, summary")].find((one) => one.textContent === kept.pressed);
  const active = find(kept.active) || (kept.pressed && same()) || (kept.row >= 0 && rowNear(part, kept.row));
  if (!active) return;
  active.focus({ preventScroll: true });
  if (typeof kept.from === "number") active.setSelectionRange(kept.from, kept.to);
}

// Where somebody's row has left the list: the one in its place, the last one, or the tab of the empty list.
function rowNear(part, place) {
  const rows = part.querySelectorAll(".row");
  return rows[Math.min(place, rows.length - 1)] || part.querySelector(".tabs [aria-current]");
}

function replaceThread(old, part) {
  const list = old.querySelector("[data-keyed]");
  const scroll = old.closest(".scroll");
  const away = scroll.scrollTop < -80;
  let came = false;
  for (const item of list.querySelectorAll("li[id]")) {
    if (!part.querySelector(`#${item.id}`)) item.remove();
  }
  let before = null;
  for (const item of part.querySelectorAll("[data-keyed] > li")) {
    const known = document.getElementById(item.id);
    if (known && known.dataset.k === item.dataset.k) {
      before = known;
      continue;
    }
    if (known) swap(known, item);
    else {
      item.classList.add("fresh");
      came = came || item.classList.contains("in");
      if (before) before.after(item);
      else list.prepend(item);
    }
    before = item;
  }
  if (came && away) document.getElementById("newer").hidden = false;
  markRead();
}

// A message that changed: what was opened stays open, and the keyboard stays where it was.
function swap(known, item) {
  for (const box of item.querySelectorAll("details")) box.open = document.getElementById(box.id)?.open ?? false;
  const stood = known.contains(document.activeElement) && document.activeElement.closest("details")?.id;
  known.replaceWith(item);
  if (stood) document.getElementById(stood)?.querySelector("summary").focus({ preventScroll: true });
}

function count() {
  const waiting = Number(document.querySelector('[data-count="waiting"]')?.textContent || 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

// Only what a person has before their eyes is read.
function markRead() {
  const token = document.querySelector("input[name=csrf]");
  if (!page.read || document.hidden || !token) return;
  fetch(page.read, { method: "POST", body: new URLSearchParams({ csrf: token.value }), headers: { "X-Console": "live" } }).catch(() => {});
}

// The last hour of the 24 is counted by seconds.
function countDown() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = Math.floor((Date.parse(place.dataset.until) - Date.now()) / 1000);
    if (left < 0 || left >= 3600) continue;
    const seconds = String(left % 60).padStart(2, "0");
    place.textContent = `A janela fecha em ${Math.floor(left / 60)}:${seconds}`;
  }
}

// A browser opens few connections to one server: of the tabs in the background, one keeps its stream.
function goToBackground() {
  navigator.locks?.request("console-stream", { ifAvailable: true }, (lock) => {
    if (lock) return new Promise((leave) => (leaveBackground = leave));
    if (document.hidden && stream) {
      hangUp();
      ask();
    }
  });
}

function comeBack() {
  leaveBackground?.();
  leaveBackground = null;
  if (page.stream) listen();
  if (!stream || timer) ask();
  markRead();
}

if (page.live) {
  document.addEventListener("visibilitychange", () => (document.hidden ? page.stream && goToBackground() : comeBack()));
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  count();
  countDown();
  setInterval(countDown, 1000);
  if (page.stream) listen();
  else timer = setTimeout(ask, 1000 * SECONDS);
}
