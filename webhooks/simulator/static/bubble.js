// One message as a bubble.

import { cartCard, contactCard, orderCard, orderStatus, pollCard } from "./cards.js";
import { copyText, el, icon } from "./dom.js";
import { formatted, isOnlyEmoji } from "./format.js";
import { mediaUrl } from "./server.js";
import { timeOf } from "./when.js";

const TICKS = { queued: ["clock", "waiting", "Enviando"], sent: ["tick", "", "Enviada"], read: ["ticks", "seen", "Lida"] };

/** The row of a message. `act` has `tap(message, optionId)`, `open(message)` for a list, `share(message)` for what was
 * asked for, and `menu(message, node)` for what can be done with it. */
export function row(message, act) {
  const mine = message.author === "customer";
  const content = message.content;
  const gone = content.revoked;
  const bubble = el("div", { class: gone ? "bubble gone" : "bubble" }, ...(gone ? [revoked(mine)] : inside(message)), meta(message), reactions(content));
  const node = el("li", { class: mine ? "row mine" : "row", data: { id: message.id, kind: message.kind } }, bubble);
  if (gone) return node;
  if (content.reactions && Object.keys(content.reactions).length) node.classList.add("reacted");
  bubble.append(el("button", { type: "button", class: "do", "aria-label": "Opções da mensagem", "aria-haspopup": "menu", onclick: () => act.menu(message, node) }, icon("more")));
  if (["document", "video"].includes(message.kind) || content.header?.kind === "document") bubble.classList.add("file");
  if (["document", "video"].includes(message.kind) && !content.text) bubble.classList.add("only-file");
  if (["image", "location"].includes(message.kind) && !content.text) bubble.classList.add("bare");
  if (message.kind === "sticker") bubble.classList.add("stuck-on");
  const options = optionsOf(message, act);
  if (options) {
    node.classList.add("with-options");
    node.append(options);
  }
  return node;
}

function revoked(mine) {
  return el("div", { class: "text dim" }, mine ? "🚫 Você apagou esta mensagem" : "🚫 Mensagem apagada", el("span", { class: "spacer" }));
}

function reactions(content) {
  const emojis = [...new Set(Object.values(content.reactions ?? {}))];
  return emojis.length && !content.revoked ? el("span", { class: "reactions", "aria-label": `Reações: ${emojis.join(" ")}` }, ...emojis) : null;
}

function inside(message) {
  const content = message.content;
  const parts = [content.group_id && el("span", { class: "from-group" }, "👥 em um grupo"), message.quote && quote(message.quote)];
  if (content.header) parts.push(content.header.kind === "text" ? el("div", { class: "heading" }, content.header.text) : media(content.header.kind, content.header));
  const whole = card(message);
  if (whole) return [...parts, whole];
  parts.push(media(message.kind, content));
  const text = content.edited ?? content.text;
  if (text) {
    const huge = message.kind === "text" && isOnlyEmoji(text);
    const spacer = content.footer ? null : el("span", { class: content.edited ? "spacer edited" : "spacer" });
    parts.push(el("div", { class: huge ? "text huge" : "text", dir: "auto" }, ...formatted(text), spacer));
  }
  if (content.footer) parts.push(el("div", { class: "footer" }, content.footer));
  return parts;
}

/** The kinds that are a card of their own, text included. */
function card(message) {
  const content = message.content;
  switch (message.kind) {
    case "order": return message.author === "business" ? orderCard(content) : null;
    case "order_status": return orderStatus(content);
    case "contacts": return contactCard(content);
    case "cart": return cartCard(content);
    case "unsupported": return pollCard(content);
    default: return null;
  }
}

function media(kind, content) {
  switch (kind) {
    case "image": case "sticker": return picture(content);
    case "document": case "video": return documentCard(content);
    case "audio": return voice(content);
    case "location": return place(content);
    default: return null;
  }
}

function meta(message) {
  const onPicture = message.kind === "image" && !message.content.text;
  const parts = [message.content.edited && !message.content.revoked && el("span", {}, "editada"), el("time", { datetime: message.at }, timeOf(message.at))];
  if (message.author === "customer") parts.push(tick(message.status));
  return el("span", { class: onPicture ? "meta on-picture" : "meta" }, ...parts);
}

/** The tick of a status: a clock until accepted, one grey, two blue once read. */
export function tick(status) {
  const [symbol, className, name] = TICKS[status] ?? TICKS.sent;
  const svg = icon(symbol, className);
  svg.setAttribute("aria-hidden", "false");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  svg.dataset.status = status;
  return svg;
}

function quote({ author, text }) {
  const name = author === "customer" ? "Você" : document.body.dataset.provider;
  return el("span", { class: "quote" }, el("b", {}, name), el("span", {}, text));
}

function picture(content) {
  const url = mediaUrl(content.media_id);
  return el("a", { class: "picture", href: url, target: "_blank", rel: "noopener" }, el("img", { src: url, alt: content.text || "Foto", loading: "lazy" }));
}

function documentCard(content) {
  const extension = (/\.([A-Za-z0-9]{1,5})$/.exec(content.filename)?.[1] ?? "arq").toLowerCase();
  const facts = `${extension.toUpperCase()} · ${size(content.size)}`;
  return el("a", { class: "document", href: mediaUrl(content.media_id), target: "_blank", rel: "noopener" },
    el("span", { class: `sheet-icon ${extension}`, "aria-hidden": "true" }, extension.slice(0, 4).toUpperCase()),
    el("span", { class: "name" }, content.filename, el("small", {}, facts)), icon("download"));
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} MB`;
}

function voice(content) {
  const bars = Array.from({ length: 28 }, (_, index) => {
    const bar = el("i");
    bar.style.height = `${5 + ((parseInt(content.sha256.slice(index * 2, index * 2 + 2), 16) || 60) % 20)}px`;
    return bar;
  });
  const audio = el("audio", { src: mediaUrl(content.media_id), preload: "none" });
  const button = el("button", { type: "button", "aria-label": "Ouvir recado de voz" }, icon("play"));
  button.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
  audio.addEventListener("play", () => { button.replaceChildren(icon("pause")); });
  for (const event of ["pause", "ended"]) audio.addEventListener(event, () => { button.replaceChildren(icon("play")); });
  audio.addEventListener("timeupdate", () => {
    const played = audio.duration ? (audio.currentTime / audio.duration) * bars.length : 0;
    bars.forEach((bar, index) => bar.classList.toggle("played", index < played));
  });
  return el("div", { class: "voice" }, button, el("span", { class: "wave", "aria-hidden": "true" }, ...bars), audio);
}

function place(content) {
  const where = `https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=16/${content.latitude}/${content.longitude}`;
  const name = content.name || content.address || `${content.latitude}, ${content.longitude}`;
  return el("a", { class: "place", href: where, target: "_blank", rel: "noopener noreferrer" },
    el("div", { class: "map" }, icon("pin")), el("p", {}, name, content.name && content.address ? el("small", {}, content.address) : null));
}

function optionsOf(message, act) {
  const content = message.content;
  if (message.kind === "buttons") {
    const buttons = content.buttons.map((option) =>
      el("button", { type: "button", data: { option: option.id }, onclick: () => act.tap(message, option.id) }, icon("reply"), option.title));
    return el("div", { class: "options" }, ...buttons);
  }
  if (message.kind === "list") {
    return el("div", { class: "options" }, el("button", { type: "button", "aria-haspopup": "dialog", onclick: () => act.open(message) }, icon("menu"), content.button));
  }
  if (message.kind === "link") {
    return el("div", { class: "options" }, el("a", { href: content.url, target: "_blank", rel: "noopener noreferrer" }, icon("outside"), content.button));
  }
  if (message.kind === "location_request") return asked(message, act, "pin", "Enviar localização");
  if (message.kind === "contact_request") return asked(message, act, "person", "Compartilhar contato");
  if (content.template && content.buttons?.length) {
    return el("div", { class: "options" }, ...content.buttons.map((button) => templateButton(message, button, act)));
  }
  return null;
}

function asked(message, act, symbol, title) {
  return el("div", { class: "options" }, el("button", { type: "button", onclick: () => act.share(message) }, icon(symbol), title));
}

function templateButton(message, button, act) {
  if (button.kind === "quick_reply") {
    return el("button", { type: "button", onclick: () => act.tap(message, button.value) }, icon("reply"), button.title);
  }
  // Where the other buttons lead is known to the approved template only; what they carry can be taken along.
  return el("button", { type: "button", title: button.value, onclick: () => copyText(button.value) }, icon(button.kind === "url" ? "outside" : "copy"), button.title);
}
