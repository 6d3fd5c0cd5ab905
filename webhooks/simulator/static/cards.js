// Bubbles that are a card: an order to pay and its state, a contact, a cart, what the business cannot see.

import { copyText, el, icon } from "./dom.js";
import { formatted } from "./format.js";

const STATES = {
  pending: ["Aguardando pagamento", "waits"], processing: ["Em processamento", "waits"], partially_shipped: ["Enviado em parte", "waits"],
  shipped: ["Enviado", "well"], completed: ["Concluído", "well"], canceled: ["Cancelado", "off"],
};

export const money = (cents, currency = "BRL") => new Intl.NumberFormat("pt-BR", { style: "currency", currency }).format(cents / 100);

/** What there is to pay, and every way to pay it. */
export function orderCard(content) {
  return el("div", { class: "pay" },
    content.header ? el("div", { class: "heading" }, content.header.text ?? "") : null,
    el("div", { class: "pay-top" }, el("span", {}, content.item || "Cobrança", el("small", {}, `Pedido ${content.reference}`)), el("b", {}, money(content.total_cents, content.currency))),
    el("div", { class: "text", dir: "auto" }, ...formatted(content.text ?? "")),
    ...content.ways.map(way), el("span", { class: "spacer" }));
}

function way({ type, code, line, url, merchant }) {
  if (type === "link") {
    return el("div", { class: "way" }, el("span", {}, "🔗 Link de pagamento"), el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, icon("outside"), "Abrir"));
  }
  const [name, text, copy] = type === "pix" ? ["💠 Pix", code, "Copiar código Pix"] : ["🧾 Boleto", line, "Copiar linha digitável"];
  return el("div", { class: "way" },
    el("span", {}, name, merchant ? el("small", {}, merchant) : null),
    el("button", { type: "button", onclick: () => copyText(text) }, icon("copy"), copy),
    el("samp", {}, text));
}

export function orderStatus(content) {
  const [name, look] = STATES[content.status] ?? [content.status, "waits"];
  return el("div", { class: "pay" },
    el("div", { class: "pay-top" }, el("span", {}, `Pedido ${content.reference}`, content.note ? el("small", {}, content.note) : null), el("b", { class: `state ${look}` }, name)),
    el("div", { class: "text", dir: "auto" }, ...formatted(content.text ?? ""), el("span", { class: "spacer" })));
}

export function contactCard(content) {
  const small = content.asked ? "compartilhado a pedido" : null;
  return el("div", { class: "card" }, el("span", { class: "face", "aria-hidden": "true" }, icon("person")),
    el("span", {}, content.name, el("small", {}, `+${content.number}`), small && el("small", {}, small)));
}

export function cartCard(content) {
  return el("div", { class: "card" }, el("span", { class: "face", "aria-hidden": "true" }, "🛒"),
    el("span", {}, content.text, el("small", {}, `${content.quantity} × ${money(content.price_cents)}`)));
}

export function pollCard(content) {
  return el("div", { class: "card" }, el("span", { class: "face", "aria-hidden": "true" }, "📊"),
    el("span", {}, content.text, el("small", {}, "a empresa não vê este tipo de mensagem")));
}
