// Keeps the open page up to date and sends what is written without losing it. Every act also works without this script.
"use strict";

const SECONDS = Number(document.body.dataset.every || 2);
const SECONDS_HIDDEN = 15;
const live = document.body.dataset.live;
const title = document.title;
let tag = "";
let timer = 0;
let underway = false;

function say(text) {
  const banner = document.getElementById("offline");
  banner.textContent = text;
  banner.hidden = !text;
}

async function refresh() {
  clearTimeout(timer);
  if (underway) return;
  underway = true;
  try {
    const headers = { "X-Console": "live" };
    if (tag) headers["If-None-Match"] = tag;
    const response = await fetch(live, { headers, cache: "no-store" });
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
  timer = setTimeout(refresh, 1000 * (document.hidden ? SECONDS_HIDDEN : SECONDS));
}

function stop(text, signIn) {
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
}

function replace(old, part) {
  old.dataset.v = part.dataset.v;
  if (part.dataset.region === "thread") return replaceThread(old, part);
  const kept = keep(old);
  old.replaceChildren(...part.childNodes);
  restore(old, kept);
  if (part.dataset.region === "composer") {
    wireComposer();
    showBlanks(old);
  }
  if (part.dataset.region === "card") wireReveal();
}

// What a person typed, chose, opened or stands on must survive a change around it.
function keep(part) {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  return {
    values: [...part.querySelectorAll("textarea[id], select[id], input[type=text][id], input[type=password][id], input[type=date][id]")].map((field) => [field.id, field.value]),
    checked: [...part.querySelectorAll("input[type=radio]:checked")].map((field) => field.id),
    open: [...part.querySelectorAll("details[open]")].map((box) => box.id),
    tokens: [...part.querySelectorAll("input[name=token]")].map((field) => field.value),
    problems: [...part.querySelectorAll("[data-problem]")].map((line) => line.textContent),
    active: active?.id,
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
  const active = find(kept.active);
  if (!active) return;
  active.focus({ preventScroll: true });
  if (typeof kept.from === "number") active.setSelectionRange(kept.from, kept.to);
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

function newToken() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function post(url, form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "X-Console": "live" },
  });
  if (response.status === 401) return { ok: false, problem: "Sua sessão terminou. Entre de novo em outra aba e envie outra vez." };
  if (!response.headers.get("Content-Type")?.includes("json")) throw new Error(`status ${response.status}`);
  return response.json();
}

// A change around a form may have put another in its place while its answer was under way.
function onPage(form, where) {
  return document.contains(form) ? form : document.querySelector(where) || form;
}

function tell(form, text) {
  const problem = form.querySelector("[data-problem]");
  problem.textContent = text || "";
  problem.hidden = !text;
}

function wireComposer() {
  const form = document.querySelector("[data-composer]");
  if (!form) return;
  const text = form.querySelector("textarea");
  const touch = matchMedia("(pointer: coarse)").matches;
  const toCustomer = text.placeholder;
  for (const mode of form.querySelectorAll("input[name=mode]")) {
    mode.addEventListener("change", () => {
      text.placeholder = form.querySelector("#mode-note").checked ? "Escreva uma nota que só a equipe vê…" : toCustomer;
    });
  }
  text.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && (!touch || event.ctrlKey);
    if (!sends) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("#mode-note").checked ? form.querySelector(".send-note") : form.querySelector(".send-reply"));
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter || form.querySelector("button");
    if (button.disabled) return;
    const sent = text.value;
    button.disabled = true;
    tell(form, "");
    try {
      const answer = await post(button.formAction, form);
      const now = onPage(form, "[data-composer]");
      // After an answer, whatever it was, the next press is another message; without one the old token keeps it single.
      now.querySelector("input[name=token]").value = newToken();
      const field = now.querySelector("textarea");
      if (answer.ok && field.value === sent) field.value = "";
      tell(now, answer.ok ? "" : answer.problem);
    } catch {
      tell(onPage(form, "[data-composer]"), "Não deu para enviar. O texto continua aqui: tente de novo, que não sai repetido.");
    } finally {
      button.disabled = false;
      onPage(form, "[data-composer]").querySelector("textarea").focus();
      refresh();
    }
  });
}

// What stands in the fields of a template, in its preview.
function showBlanks(part) {
  for (const field of part.querySelectorAll("[data-blank]")) {
    const slot = field.form.querySelectorAll(`[data-slot="${CSS.escape(field.dataset.blank)}"]`);
    for (const place of slot) {
      place.textContent = field.value.trim() || field.dataset.label;
      place.classList.toggle("empty-slot", !field.value.trim());
    }
  }
}

function wireOffers() {
  const region = document.querySelector("[data-region=composer]");
  if (!region) return;
  showBlanks(region);
  region.addEventListener("input", () => showBlanks(region));
  region.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-offer]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    const where = `#${CSS.escape(form.closest("details").id)} [data-offer]`;
    button.disabled = true;
    try {
      const answer = await post(form.action, form);
      const now = onPage(form, where);
      now.querySelector("input[name=token]").value = newToken();
      tell(now, answer.ok ? "" : answer.problem);
      if (answer.ok) now.closest("details").open = false;
    } catch {
      tell(onPage(form, where), "Não deu para enviar. Tente de novo, que não sai repetido.");
    } finally {
      button.disabled = false;
      refresh();
    }
  });
}

function wireReveal() {
  const form = document.querySelector("[data-reveal]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await post(form.action, form);
      document.getElementById("document").textContent = answer.document;
      form.remove();
    } catch {
      say("Não deu para mostrar o documento. Tente de novo.");
    }
  });
}

function wireCorrections() {
  document.querySelector("[data-region=thread]")?.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-correct]");
    if (!form) return;
    event.preventDefault();
    const problem = form.querySelector("[data-problem]");
    try {
      const answer = await post(form.action, form, event.submitter);
      problem.textContent = answer.problem || "";
      problem.hidden = answer.ok;
      if (answer.ok) {
        form.closest("details").open = false;
        form.closest("details").querySelector("summary").focus({ preventScroll: true });
      }
    } catch {
      problem.textContent = "Não deu para corrigir. Tente de novo.";
      problem.hidden = false;
    }
    refresh();
  });
}

function wireMenus() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll(".menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
}

if (live) {
  const newer = document.getElementById("newer");
  newer?.addEventListener("click", () => {
    document.querySelector(".scroll").scrollTop = 0;
    newer.hidden = true;
  });
  document.querySelector(".scroll")?.addEventListener("scroll", (event) => {
    if (newer && event.target.scrollTop > -20) newer.hidden = true;
  });
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  wireComposer();
  wireOffers();
  wireReveal();
  wireCorrections();
  wireMenus();
  count();
  timer = setTimeout(refresh, 1000 * SECONDS);
}
