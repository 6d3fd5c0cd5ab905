// Files that go to the customer: chosen, dropped or pasted, looked at before they go, sent one after the other.
"use strict";

const MOST_FILES = 10;
const THUMB = 96;
let pendingFiles = [];

const inWords = (size) =>
  size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1024 / 1024).toFixed(1).replace(".", ",")} MB`;

function addFiles(files) {
  if (!files.length) return;
  if (!document.querySelector(".send-reply") || !setMode(false)) return tellTray("Para mandar arquivos, assuma a conversa com a janela de 24 horas aberta.");
  tellTray(pendingFiles.length + files.length > MOST_FILES ? `No máximo ${MOST_FILES} arquivos de uma vez.` : "");
  for (const file of [...files].slice(0, MOST_FILES - pendingFiles.length)) {
    const largest = writing.data?.limits[file.type] || writing.data?.largest || Infinity;
    const problem = file.size > largest ? `passou do limite de ${inWords(largest)}` : "";
    const one = { file, token: newToken(), problem, tooLarge: Boolean(problem) };
    one.line = fileLine(one);
    pendingFiles.push(one);
    document.getElementById("pending").append(one.line);
  }
  filesChanged();
  textField().focus();
}

function filesChanged() {
  document.getElementById("pending").hidden = !pendingFiles.length;
  requireText();
}

function fileLine(one) {
  const name = one.file.name || "imagem colada.png";
  one.bar = element("progress", { max: "100", value: "0", hidden: true, "aria-label": `Envio de ${name}` });
  one.said = element("span", { class: "bad", role: "alert", text: one.problem });
  one.caption = element("input", { type: "text", maxlength: "1024", placeholder: "Legenda", "aria-label": `Legenda de ${name}` });
  const drop = element("button", { type: "button", "aria-label": `Tirar ${name}`, text: "×", press: () => dropFile(one) });
  const words = element("div", { class: "pending-words" }, element("span", { text: `${name} · ${inWords(one.file.size)}` }));
  if (!one.file.type.startsWith("audio/")) words.append(one.caption);
  words.append(one.bar, one.said);
  return element("li", {}, thumbnail(one.file, name), words, drop);
}

// Drawn, not shown by address: the page allows pictures from the server only.
function thumbnail(file, name) {
  if (!/^image\/(png|jpeg|webp|gif)$/.test(file.type)) {
    const sign = file.type.startsWith("audio/") ? "🎤" : file.type.startsWith("video/") ? "🎬" : "📄";
    return element("span", { class: "thumb", "aria-hidden": "true", text: sign });
  }
  const canvas = element("canvas", { class: "thumb", role: "img", "aria-label": `Prévia de ${name}`, width: THUMB, height: THUMB });
  createImageBitmap(file).then((picture) => {
    const scale = THUMB / Math.max(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    canvas.getContext("2d").drawImage(picture, (THUMB - width) / 2, (THUMB - height) / 2, width, height);
  }, () => {});
  return canvas;
}

function dropFile(one) {
  one.line.remove();
  pendingFiles = pendingFiles.filter((other) => other !== one);
  filesChanged();
  textField()?.focus();
}

// Whether all of them went. What did not stays, and goes with the next press; its token keeps it single.
async function sendFiles() {
  for (const one of [...pendingFiles]) {
    if (one.tooLarge) continue;
    const problem = await upload(one);
    one.said.textContent = problem;
    one.bar.hidden = true;
    if (problem) continue;
    quote("");
    dropFile(one);
  }
  if (pendingFiles.length) tellTray("O que ficou na lista não saiu: tente de novo ou tire.");
  return !pendingFiles.length;
}

function upload(one) {
  const body = new FormData();
  body.append("csrf", csrfToken());
  body.append("token", one.token);
  body.append("caption", one.caption.value);
  if (writing.quoted) body.append("quoted", writing.quoted);
  body.append("file", one.file, one.file.name || "imagem.png");
  one.bar.hidden = false;
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", tray.dataset.sendFile);
    request.setRequestHeader("X-Console", "live");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (one.bar.value = (100 * event.loaded) / event.total));
    request.addEventListener("error", () => done("Sem conexão: tente de novo, que não sai repetido."));
    request.addEventListener("load", () => done(uploadProblem(request)));
    request.send(body);
  });
}

function uploadProblem(request) {
  if (request.status === 401) return "Sua sessão terminou. Entre de novo em outra aba.";
  if (request.status === 413) return "O arquivo é grande demais.";
  try {
    return JSON.parse(request.responseText).problem;
  } catch {
    return "O servidor não aceitou o arquivo. Tente de novo.";
  }
}

if (tray) {
  const talk = tray.closest(".talk");
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("change", (event) => {
    if (event.target.id !== "files") return;
    addFiles(event.target.files);
    event.target.value = "";
  });
  talk.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    talk.classList.add("dropping");
  });
  talk.addEventListener("dragleave", (event) => talk.contains(event.relatedTarget) || talk.classList.remove("dropping"));
  talk.addEventListener("drop", (event) => {
    talk.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    addFiles(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files || [];
    if (!files.length || !event.target.closest?.(".talk, body")) return;
    event.preventDefault();
    addFiles(files);
  });
}
