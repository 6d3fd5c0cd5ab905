// Text as WhatsApp shows it: *bold*, _italic_, ~strike~, `code`, links, and long codes with a button that copies.

import { copyText, el, icon } from "./dom.js";

// A Pix "copia e cola" (EMV: starts with 000201, ends with its checksum), the typeable line of a boleto, a mono block.
const BLOCKS = /```\n?([\s\S]+?)\n?```|(000201[^\n]{20,}6304[0-9A-Fa-f]{4})|((?:\d{5}\.?\d{5}\s\d{5}\.?\d{6}\s\d{5}\.?\d{6}\s\d\s\d{14}|(?:\d{11}[- ]?\d[ ]?){4}|\b\d{47})(?!\d))/g;
const LINK = /https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]*_~]/g;
const MARKS = [
  [/`([^`\n]+)`/, "code"],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/u, "strong"],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*[^\s_])_(?![\p{L}\p{N}_])/u, "em"],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*[^\s~])~(?![\p{L}\p{N}~])/u, "s"],
];
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}]?\uFE0F?(?:\u200D\p{Extended_Pictographic}\uFE0F?)*\s*){1,3}$/u;

export const isOnlyEmoji = (text) => ONLY_EMOJI.test(text.trim());

/** The text as a list of nodes. */
export function formatted(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(BLOCKS)) {
    nodes.push(...lines(text.slice(from, match.index).replace(/\n{1,2}$/, "")));
    nodes.push(codeBlock((match[1] ?? match[2] ?? match[3]).trim(), label(match)));
    from = match.index + match[0].length;
    // The block stands apart by its own margin, so the empty line around it would be space twice.
    from += /^\n{0,2}/.exec(text.slice(from))[0].length;
  }
  nodes.push(...lines(text.slice(from)));
  return nodes;
}

function label(match) {
  if (match[2] || /^000201/.test(match[1] ?? "")) return "Copiar código Pix";
  return match[3] ? "Copiar linha digitável" : "Copiar";
}

function codeBlock(code, name) {
  const unbroken = code.startsWith("000201");
  return el("span", { class: unbroken ? "code unbroken" : "code" }, el("samp", {}, code), el("button", { type: "button", onclick: () => copyText(code) }, icon("copy"), name));
}

function lines(text) {
  const nodes = [];
  text.split("\n").forEach((line, index) => {
    const quote = /^> (.+)$/.exec(line);
    if (index && !quote) nodes.push("\n");
    if (quote) nodes.push(el("blockquote", {}, ...linked(quote[1])));
    else nodes.push(...linked(line.replace(/^(\s*)[*-] (?=\S)/, "$1• ")));
  });
  return nodes;
}

function linked(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    nodes.push(...marked(text.slice(from, match.index)));
    nodes.push(el("a", { href: match[0], target: "_blank", rel: "noopener noreferrer" }, match[0]));
    from = match.index + match[0].length;
  }
  nodes.push(...marked(text.slice(from)));
  return nodes;
}

function marked(text) {
  let first = null;
  for (const [pattern, name] of MARKS) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { match, name };
  }
  if (!first) return text ? [text] : [];
  const { match, name } = first;
  const inside = name === "code" ? [match[1]] : marked(match[1]);
  return [
    ...marked(text.slice(0, match.index)),
    el(name, {}, ...inside),
    ...marked(text.slice(match.index + match[0].length)),
  ];
}
