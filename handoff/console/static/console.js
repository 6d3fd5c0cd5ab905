// Sends what is written without losing it. Every act also works without this script.
"use strict";

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

if (page.live) {
  const newer = document.getElementById("newer");
  newer?.addEventListener("click", () => {
    document.querySelector(".scroll").scrollTop = 0;
    newer.hidden = true;
  });
  document.querySelector(".scroll")?.addEventListener("scroll", (event) => {
    if (newer && event.target.scrollTop > -20) newer.hidden = true;
  });
  wireComposer();
  wireOffers();
  wireReveal();
  wireCorrections();
}
wireMenus();
