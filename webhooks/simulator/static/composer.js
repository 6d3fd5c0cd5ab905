// Where the customer writes: text, files, a voice note, a place.

import { byId } from "./dom.js";
import { sampleUrl } from "./server.js";

// The place that the demonstration sends: the centre of São José dos Campos.
const PLACE = { type: "location", latitude: -23.1791, longitude: -45.8872, name: "Praça Afonso Pena", address: "São José dos Campos, SP" };

export class Composer {
  /** `onWrite(message)` and `onFile(file, options)` answer with a promise that says whether it was sent. */
  constructor(onWrite, onFile) {
    this.onWrite = onWrite;
    this.onFile = onFile;
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
    for (const id of ["file-document", "file-photo"]) byId(id).addEventListener("change", (event) => this.files(event.target));
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
    else byId(`file-${what}`).click();
  }

  async voice() {
    const sample = await fetch(sampleUrl);
    const file = new File([await sample.blob()], "recado.ogg", { type: "audio/ogg" });
    await this.onFile(file, { voice: true });
  }

  async files(input) {
    const [file] = input.files;
    input.value = "";
    if (file) await this.sendFile(file);
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
