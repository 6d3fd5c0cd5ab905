// The bank's app of whoever holds the phone: pays the Pix that came in the chat, wholly or in part, and takes it back.

import { byId, el, toast } from "./dom.js";
import * as server from "./server.js";

const MONEY = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
const STATES = { open: "em aberto", paid: "paga", reversed: "estornada", cancelled: "cancelada" };

export async function openBank(who) {
  const dialog = byId("bank");
  byId("bank-close").onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  try {
    show(who, await server.bank(who));
    dialog.showModal();
  } catch (error) {
    toast(error.message);
  }
}

function show(who, { charges }) {
  const rows = charges.map((charge) => row(who, charge));
  byId("bank-list").replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, "Nenhum Pix chegou nesta conversa. Peça o boleto ou o Pix primeiro.")]));
}

function row(who, charge) {
  const left = charge.amount - charge.paid;
  const kept = charge.paid - charge.returned;
  const field = el("input", { inputmode: "decimal", "aria-label": `Valor de ${charge.about}`, value: written(left > 0 ? left : kept), maxlength: "12" });
  const does = (act, cents) => () => move(who, charge, act, cents());
  const payable = ["open", "paid"].includes(charge.state) && left > 0;
  const returnable = charge.state === "paid" && kept > 0;
  return el("li", {},
    el("div", { class: "top" }, el("b", {}, charge.about), el("span", { class: `state ${charge.state}` }, state(charge, left))),
    el("p", {}, `${MONEY.format(charge.amount / 100)}${told(charge)}`),
    payable ? el("button", { type: "button", class: "pay", onclick: does("pay", () => left) }, `Pagar ${MONEY.format(left / 100)}`) : null,
    payable || returnable ? el("div", { class: "part" }, field,
      payable ? el("button", { type: "button", onclick: does("pay", () => cents(field.value)) }, "Pagar parte") : null,
      returnable ? el("button", { type: "button", onclick: does("return", () => cents(field.value)) }, "Estornar") : null) : null);
}

function state(charge, left) {
  return charge.state === "paid" && left > 0 ? "paga em parte" : STATES[charge.state];
}

function told({ paid, returned }) {
  const parts = [paid ? `pago ${MONEY.format(paid / 100)}` : "", returned ? `estornado ${MONEY.format(returned / 100)}` : ""];
  return parts.filter(Boolean).map((part) => ` · ${part}`).join("");
}

async function move(who, charge, act, amount) {
  try {
    const now = await server.atBank(who, charge.id, { act, cents: amount });
    show(who, now);
    toast(now.told ? "Feito. O banco avisou o provedor." : "Feito, mas o provedor não ouviu o aviso; ele vai consultar o banco.");
  } catch (error) {
    toast(error.message);
  }
}

const written = (amount) => (amount / 100).toFixed(2).replace(".", ",");
const cents = (text) => Math.round(Number(text.trim().replace(/\./g, "").replace(",", ".")) * 100) || 0;
