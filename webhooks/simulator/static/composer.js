// Where the customer writes: text, files, a voice note, a place.

import { byId } from "./dom.js";
import { sampleUrl, stickerUrl } from "./server.js";

// The place that the demonstration sends: the centre of São José dos Campos.
export const PLACE = { type: "location", latitude: -23.1791, longitude: -45.8872, name: "Praça Afonso Pena", address: "São José dos Campos, SP" };

export class Composer {
  /** `onWrite(message)` and `onFile(file, options)` answer with a promise that says whether it was sent; `onMore(what)`
   * takes everything else that the menu offers. */
  constructor(onWrite, onFile, onMore) {
    this.onWrite = (message) => onWrite({ ...message, ...this.takeQuote() });
    this.onFile = (file, options) => onFile(file, { ...options, ...this.takeQuote() });
    this.onMore = onMore;
    this.quoted = null;
    this.form = byId("composer");
    this.text = byId("text");
    this.menu = byId("attach-menu");
    this.text.addEventListener("input", () => this.fit());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("paste", (event) => this.paste(event));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    byId("attach").addEventListener("click", () => this.showMenu(this.menu.hidden));
    this.menu.addEventListener("click", (event) => this.attach(event.target.closest("button")?.dataset.attach));
    this.menu.addEventListener("keydown", (event) => event.key === "Escape" && this.showMenu(false));
    document.addEventListener("click", (event) => { if (!this.form.contains(event.target)) this.showMenu(false); });
    byId("quoting-end").addEventListener("click", () => this.quote(null));
    for (const id of ["file-document", "file-photo", "file-video"]) byId(id).addEventListener("change", (event) => this.files(event.target));
    this.fit();
  }

  fit() {
    this.form.classList.toggle("empty", !this.text.value.trim());
    byId("send").setAttribute("aria-label", this.text.value.trim() ? "Enviar" : "Enviar recado de voz de exemplo");
    this.text.style.height = "39px";
    const height = Math.min(this.text.scrollHeight, 132);
    this.text.style.height = `${height}px`;
    this.text.style.overflowY = this.text.scrollHeight > 132 ? "auto" : "hidden";
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (this.text.value.trim()) this.submit();
  }

  async submit() {
    const text = this.text.value.trim();
    if (!text) return this.voice();
    this.text.value = "";
    this.fit();
    this.text.focus();
    if (!(await this.onWrite({ type: "text", text })) && !this.text.value) {
      this.text.value = text;
      this.fit();
    }
  }

  showMenu(on) {
    this.menu.hidden = !on;
    byId("attach").setAttribute("aria-expanded", String(on));
    if (on) this.menu.querySelector("button").focus();
  }

  attach(what) {
    if (!what) return;
    this.showMenu(false);
    if (what === "location") this.onWrite(PLACE);
    else if (what === "voice") this.voice();
    else if (what === "sticker") this.sticker();
    else if (["poll", "order"].includes(what)) this.onWrite({ type: what });
    else if (["document", "photo", "video"].includes(what)) byId(`file-${what}`).click();
    else this.onMore(what);
  }

  /** The next message answers this one; null for none. */
  quote(message, text = "") {
    this.quoted = message;
    byId("quoting").hidden = !message;
    if (!message) return;
    byId("quoting-who").textContent = message.author === "customer" ? "Você" : document.body.dataset.provider;
    byId("quoting-text").textContent = text;
    this.text.focus();
  }

  takeQuote() {
    const quoted = this.quoted;
    this.quote(null);
    return quoted ? { quotes: quoted.id } : {};
  }

  async sticker() {
    const sample = await fetch(stickerUrl);
    await this.onFile(new File([await sample.blob()], "figurinha.webp", { type: "image/webp" }), {});
  }

  async voice() {
    const sample = await fetch(sampleUrl);
    const file = new File([await sample.blob()], "recado.ogg", { type: "audio/ogg" });
    await this.onFile(file, { voice: true });
  }

  async files(input) {
    const files = [...input.files];
    input.value = "";
    if (files.length > 1) for (const file of files) this.onFile(file, { album: true });
    else if (files.length) await this.sendFile(files[0]);
  }

  async sendFile(file) {
    const caption = this.text.value.trim();
    if (await this.onFile(file, { caption })) {
      this.text.value = "";
      this.fit();
    }
  }

  paste(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.sendFile(file);
  }
}
