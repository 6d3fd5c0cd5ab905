// What was sent while there was no connection: kept on this device by person and conversation, and sent when it is back.
"use strict";

const UNSENT = "religa:unsent:";
const UNSENT_EVERY = 4000;
const STALE = "A página ficou aberta tempo demais: o texto está guardado, recarregue-a que ele sai sozinho.";
let unsentUnderway = false;

function unsentKey(conversation) {
  return `${UNSENT}${document.body.dataset.agent}:${conversation}`;
}

function pageToken() {
  return document.querySelector("[data-leave] input[name=csrf]").value;
}

function readUnsent(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || [];
  } catch {
    return [];
  }
}

function writeUnsent(key, items) {
  if (items.length) localStorage.setItem(key, JSON.stringify(items));
  else localStorage.removeItem(key);
  showUnsent();
}

// `item`: {url, fields}. Its token makes it one message, however often it is sent.
function keepUnsent(conversation, item) {
  const key = unsentKey(conversation);
  writeUnsent(key, [...readUnsent(key), item]);
}

function changeUnsent(key, token, change) {
  writeUnsent(key, readUnsent(key).flatMap((item) => (item.fields.token === token ? change(item) : [item])));
}

async function sendUnsent() {
  if (unsentUnderway || !document.body.dataset.agent) return;
  unsentUnderway = true;
  try {
    const mine = Object.keys(localStorage).filter((key) => key.startsWith(unsentKey("")));
    for (const key of mine) await sendUnsentOf(key);
  } finally {
    unsentUnderway = false;
  }
}

// In order, and no further than the first that does not get through.
async function sendUnsentOf(key) {
  for (const item of readUnsent(key)) {
    const csrf = pageToken();
    if (item.problem || item.stale === csrf) return;
    let answer;
    try {
      const body = new URLSearchParams({ ...item.fields, csrf });
      const response = await fetch(item.url, { method: "POST", body, headers: { "X-Console": "live" } });
      if (response.status === 401 || response.status >= 500) return;
      const said = response.headers.get("Content-Type")?.includes("json");
      answer = said ? await response.json() : { ok: false, problem: "Esta conversa saiu das suas filas." };
    } catch {
      return;
    }
    if (answer.stale) {
      // Of another sign-in than this page's: the page that is loaded next sends it.
      changeUnsent(key, item.fields.token, (one) => [{ ...one, stale: csrf }]);
      return;
    }
    changeUnsent(key, item.fields.token, (one) => (answer.ok ? [] : [{ ...one, problem: answer.problem }]));
    if (answer.ok && document.body.dataset.live) refresh();
  }
}

function showUnsent() {
  const place = document.getElementById("unsent");
  if (!place) return;
  const key = unsentKey(place.closest("#tray").dataset.conversation);
  place.replaceChildren(...readUnsent(key).map((item) => unsentLine(key, item)));
}

function unsentLine(key, item) {
  const line = document.createElement("p");
  line.className = item.problem ? "unsent problem" : "unsent";
  const words = document.createElement("span");
  const waits = item.stale === pageToken() ? STALE : "Sem conexão: guardada, sai sozinha quando voltar.";
  const start = item.problem ? `Não saiu: ${item.problem}` : waits;
  words.textContent = `${start} “${item.fields.text}”`;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.textContent = item.problem ? "Voltar ao texto" : "Não enviar";
  drop.addEventListener("click", () => {
    changeUnsent(key, item.fields.token, () => []);
    putIntoText(item.fields.text);
  });
  line.append(words, drop);
  return line;
}

// Nobody else who uses this device may read them, or send them.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-leave]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith(UNSENT)) localStorage.removeItem(key);
});
addEventListener("online", sendUnsent);
addEventListener("DOMContentLoaded", () => {
  showUnsent();
  sendUnsent();
  setInterval(sendUnsent, UNSENT_EVERY);
});
