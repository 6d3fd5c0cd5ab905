// One message as a bubble.

import { el, icon } from "./dom.js";
import { formatted, isOnlyEmoji } from "./format.js";
import { mediaUrl } from "./server.js";
import { timeOf } from "./when.js";

const TICKS = { queued: ["clock", "waiting", "Enviando"], sent: ["tick", "", "Enviada"], read: ["ticks", "seen", "Lida"] };

/** The row of a message. `act` has `tap(message, option)` and `open(message)` for what can be tapped. */
export function row(message, act) {
  const mine = message.author === "customer";
  const bubble = el("div", { class: "bubble" }, ...inside(message), meta(message));
  const node = el("li", { class: mine ? "row mine" : "row", data: { id: message.id, kind: message.kind } }, bubble);
  const content = message.content;
  if (message.kind === "document" || content.header?.kind === "document") bubble.classList.add("file");
  if (message.kind === "document" && !content.text) bubble.classList.add("only-file");
  if (["image", "location"].includes(message.kind) && !content.text) bubble.classList.add("bare");
  const options = optionsOf(message, act);
  if (options) {
    node.classList.add("with-options");
    node.append(options);
  }
  return node;
}

function inside(message) {
  const content = message.content;
  const parts = [message.quote && quote(message.quote)];
  if (content.header) parts.push(content.header.kind === "text" ? el("div", { class: "heading" }, content.header.text) : media(content.header.kind, content.header));
  parts.push(media(message.kind, content));
  if (content.text) {
    const huge = message.kind === "text" && isOnlyEmoji(content.text);
    const spacer = content.footer ? null : el("span", { class: "spacer" });
    parts.push(el("div", { class: huge ? "text huge" : "text", dir: "auto" }, ...formatted(content.text), spacer));
  }
  if (content.footer) parts.push(el("div", { class: "footer" }, content.footer));
  return parts;
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
  const parts = [el("time", { datetime: message.at }, timeOf(message.at))];
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
  return null;
}
