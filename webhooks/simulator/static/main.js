// Puts the page together: one open chat, asked again and again for what changed.

import { ask } from "./ask.js";
import { openBank } from "./bank.js";
import { Chat } from "./chat.js";
import { Composer, PLACE } from "./composer.js";
import { byId, toast } from "./dom.js";
import { openMenu } from "./menu.js";
import { Picker } from "./picker.js";
import * as server from "./server.js";
import { openSheet } from "./sheet.js";
import { openTrouble, refresh as refreshTrouble } from "./trouble.js";

const OFTEN = 500;
const SELDOM = 2000;
const HIDDEN = 10000;
const LIVELY_FOR = 60000;

let who = null;
let timer = 0;
let lastChange = Date.now();
let queue = Promise.resolve();

const chat = new Chat(
  {
    tap: (message, optionId) => send({ type: "option", message_id: message.id, option_id: optionId }),
    open: (message) => openSheet(message, (optionId) => send({ type: "option", message_id: message.id, option_id: optionId })),
    share: (message) => send({ ...(message.kind === "location_request" ? PLACE : { type: "contact" }), quotes: message.id }),
    menu: (message, node) => openMenu(message, node, {
      quote: () => composer.quote(message, message.content.edited ?? message.content.text ?? message.content.name ?? "Arquivo"),
      react: (_, emoji) => act({ act: "react", message_id: message.id, emoji }),
      edit: () => ask("Editar mensagem", "Salvar", [{ name: "text", label: "Texto", value: message.content.edited ?? message.content.text }],
        ({ text }) => act({ act: "edit", message_id: message.id, text })),
      revoke: () => act({ act: "revoke", message_id: message.id }),
    }),
  },
  (seq) => server.seen(who, seq).catch(() => { chat.seenSeq = 0; }),
);
const picker = new Picker(choose, useNumber);
const composer = new Composer(send, sendFile, more);

const MORE = {
  call: () => act({ act: "call" }, "Chamada feita; ninguém atendeu."),
  hide: () => act({ act: "hide" }, "Pronto."),
  stop: () => act({ act: "marketing", resume: false }, "Você parou as ofertas."),
  resume: () => act({ act: "marketing", resume: true }, "Você voltou a receber ofertas."),
  trouble: openTrouble,
  contact: () => ask("Enviar contato", "Enviar", [{ name: "name", label: "Nome" }, { name: "number", label: "Número com DDD", numeric: true }],
    (values) => send({ type: "contact", ...values })),
  group: () => ask("Mensagem em um grupo", "Enviar", [{ name: "text", label: "Texto" }], ({ text }) => send({ type: "text", text, group: true })),
  answer: () => ask("Alguém da loja responde pelo celular", "Enviar", [{ name: "text", label: "Texto" }], ({ text }) => act({ act: "answer", text })),
  number: () => ask("Trocar de número", "Trocar", [{ name: "number", label: "Novo número com DDD", numeric: true }],
    ({ number }) => act({ act: "number", number }, "Número trocado.")),
};

function more(what) {
  MORE[what]();
}

/** Something that is no message. A new number brings a new key. */
async function act(wanted, told = "") {
  const asked = who;
  try {
    const now = await server.act(asked, wanted);
    if (asked !== who) return;
    lastChange = Date.now();
    picker.show(now.chats, now.key);
    if (now.key === who) refresh();
    else choose(now);
    if (told) toast(told);
  } catch (error) {
    toast(error.message);
  }
}

function choose(person) {
  if (person.key === who) return;
  who = person.key;
  history.replaceState(null, "", `#${person.wa_id}`);
  chat.clear();
  chat.typing(false);
  refresh();
  if (matchMedia("(hover: hover)").matches) byId("text").focus();
}

async function useNumber(number) {
  try {
    const person = await server.useNumber(number);
    picker.show(person.chats, person.key);
    picker.open(false);
    choose(person);
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

/** Messages leave one after the other, in the order they were written. */
function send(message) {
  return inTurn((to) => server.write(to, message));
}

/** The pictures of an album leave side by side; everything else waits for what was sent before. */
function sendFile(file, options) {
  return inTurn((to) => server.attach(to, file, options), options.album ? Promise.resolve() : queue);
}

function inTurn(task, before = queue) {
  const to = who;
  const result = before.then(() => task(to)).then(({ message }) => {
    if (to === who) {
      // The poll's own revision decides what is asked for next; this bubble only comes early.
      const revision = chat.revision;
      chat.apply([message]);
      chat.revision = revision;
    }
    lastChange = Date.now();
    schedule(150);
    return true;
  }).catch((error) => {
    toast(error.message);
    return false;
  });
  queue = Promise.all([queue, result]);
  return result;
}

async function refresh() {
  clearTimeout(timer);
  const asked = who;
  try {
    const news = await server.updates(asked, chat.revision);
    if (asked !== who) return;
    if (news.messages.length || news.typing) lastChange = Date.now();
    chat.apply(news.messages);
    chat.typing(news.typing);
    byId("presence").textContent = news.typing ? "digitando…" : "conta comercial";
    picker.show(news.chats, who);
    byId("hide-label").textContent = news.chats.find((person) => person.key === who)?.hides ? "Mostrar número" : "Ocultar número";
  } catch {
    if (asked === who) byId("presence").textContent = "aguardando conexão…";
  }
  if (asked === who) schedule();
}

function schedule(wait = pause()) {
  clearTimeout(timer);
  timer = setTimeout(refresh, wait);
}

function pause() {
  if (document.visibilityState !== "visible") return HIDDEN;
  return Date.now() - lastChange < LIVELY_FOR ? OFTEN : SELDOM;
}

byId("to-bank")?.addEventListener("click", () => openBank(who));

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && who && schedule(0));

/** Who the address names: somebody who is there, or a new person with that number. What is no number is said, and the first one opens. */
async function start() {
  try {
    const { chats } = await server.people();
    const wanted = location.hash.slice(1).replaceAll("%20", " ");
    const known = chats.find((person) => person.wa_id === wanted);
    if (!known && wanted && await useNumber(wanted)) return refreshTrouble();
    const first = known ?? chats[0];
    if (!first) return;
    picker.show(chats, first.key);
    choose(first);
    refreshTrouble();
  } catch {
    byId("presence").textContent = "aguardando conexão…";
    setTimeout(start, 1500);
  }
}

addEventListener("hashchange", start);
start();
