// Puts the page together: one open chat, asked again and again for what changed.

import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { byId, toast } from "./dom.js";
import { Picker } from "./picker.js";
import * as server from "./server.js";
import { openSheet } from "./sheet.js";

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
  },
  (seq) => server.seen(who, seq).catch(() => { chat.seenSeq = 0; }),
);
const picker = new Picker(choose, useNumber);
new Composer(send, sendFile);

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

function sendFile(file, options) {
  return inTurn((to) => server.attach(to, file, options));
}

function inTurn(task) {
  const to = who;
  const result = queue.then(() => task(to)).then(({ message }) => {
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
  queue = result;
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

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && who && schedule(0));

async function start() {
  try {
    const { chats } = await server.people();
    const wanted = location.hash.slice(1);
    const first = chats.find((person) => person.wa_id === wanted) ?? chats[0];
    if (!first) return;
    picker.show(chats, first.key);
    choose(first);
  } catch {
    byId("presence").textContent = "aguardando conexão…";
    setTimeout(start, 1500);
  }
}

start();
