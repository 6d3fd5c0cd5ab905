// A small list of emoji, those that people at a desk use, with their names for whoever hears the page.
"use strict";

const EMOJI = [
  ["😀", "sorriso"], ["😊", "sorriso tímido"], ["😉", "piscada"], ["😅", "alívio"], ["😂", "risada"], ["🤗", "abraço"],
  ["🤔", "pensando"], ["😕", "confuso"], ["😟", "preocupado"], ["😢", "triste"], ["😮", "surpresa"], ["😴", "sono"],
  ["👍", "joinha"], ["👎", "negativo"], ["👌", "certo"], ["👏", "palmas"], ["🙏", "obrigado"], ["👋", "aceno"],
  ["🤝", "aperto de mãos"], ["💪", "força"], ["❤️", "coração"], ["💚", "coração verde"], ["🎉", "festa"], ["⭐", "estrela"],
  ["✅", "feito"], ["❌", "erro"], ["⚠️", "atenção"], ["❓", "pergunta"], ["❗", "exclamação"], ["⏳", "aguarde"],
  ["📞", "telefone"], ["📱", "celular"], ["💻", "computador"], ["📺", "televisão"], ["📶", "sinal"], ["🌐", "internet"],
  ["🔌", "tomada"], ["💡", "luz"], ["🔧", "ferramenta"], ["🛠️", "manutenção"], ["🚗", "carro"], ["🏠", "casa"],
  ["📄", "documento"], ["💳", "cartão"], ["💰", "dinheiro"], ["📅", "data"], ["🕐", "hora"], ["📍", "lugar"],
];

function openEmoji() {
  const buttons = EMOJI.map(([sign, name]) =>
    element("button", { type: "button", "aria-label": name, title: name, text: sign, press: () => putIntoText(sign) }),
  );
  openPanel("Emoji", element("div", { class: "emoji" }, ...buttons));
}
