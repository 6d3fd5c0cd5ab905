// The open chat: its bubbles in order, day separators, scrolling, what has been seen.

import { row, tick } from "./bubble.js";
import { byId, el } from "./dom.js";
import { dayName, dayOf } from "./when.js";

const NEAR_END = 120;

export class Chat {
  /** `act` handles taps; `onSeen(seq)` is told when the newest bubble of the business is on the screen. */
  constructor(act, onSeen) {
    this.act = act;
    this.onSeen = onSeen;
    this.list = byId("bubbles");
    this.scroller = byId("scroll");
    this.toEnd = byId("to-end");
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.toEnd.addEventListener("click", () => this.goToEnd("smooth"));
    document.addEventListener("visibilitychange", () => this.look());
    new ResizeObserver(() => this.stuck && this.goToEnd()).observe(this.scroller);
    this.list.addEventListener("load", () => this.stuck && this.goToEnd(), true);
    this.clear();
  }

  clear() {
    this.rows = new Map();
    this.revision = 0;
    this.seenSeq = 0;
    this.fresh = 0;
    this.stuck = true;
    this.opened = false;
    this.list.replaceChildren();
    this.showFresh();
  }

  /** Adds what is new and changes what changed; bubbles that did not change are not touched. */
  apply(messages) {
    for (const message of messages) {
      this.revision = Math.max(this.revision, message.revision);
      const known = this.rows.get(message.id);
      if (known) this.update(known, message);
      else this.insert(message);
    }
    if (messages.length && this.stuck) this.goToEnd();
    this.opened = true;
    this.look();
  }

  update(known, message) {
    if (message.revision < known.message.revision) return;
    if (JSON.stringify(known.message.content) !== JSON.stringify(message.content)) {
      this.redraw(known, message);
    } else if (known.message.status !== message.status && message.author === "customer") {
      known.node.querySelector(".meta svg").replaceWith(tick(message.status));
    }
    known.message = message;
  }

  /** A bubble whose content changed: edited, deleted, reacted to. It stays where it is. */
  redraw(known, message) {
    const node = row(message, this.act);
    Object.assign(node.dataset, known.node.dataset);
    node.classList.toggle("first", known.node.classList.contains("first"));
    known.node.replaceWith(node);
    known.node = node;
  }

  insert(message) {
    const node = row(message, this.act);
    if (this.opened) node.classList.add("new");
    const next = [...this.list.children].reverse().find((other) => Number(other.dataset.seq) < message.seq);
    node.dataset.seq = message.seq;
    node.dataset.day = dayOf(message.at);
    if (next) next.after(node);
    else this.list.prepend(node);
    this.rows.set(message.id, { node, message });
    this.group(node, message);
    if (message.author === "customer") this.stuck = true;
    else if (this.opened && !this.stuck) this.fresh += 1;
    this.showFresh();
  }

  group(node, message) {
    const before = node.previousElementSibling;
    if (before?.dataset.day !== node.dataset.day) {
      node.before(el("li", { class: "day", data: { seq: message.seq - 0.5, day: node.dataset.day } }, el("span", {}, dayName(message.at))));
    }
    for (const each of [node, node.nextElementSibling]) {
      if (!each?.classList.contains("row")) continue;
      const above = each.previousElementSibling;
      const same = above?.classList.contains("row") && above.classList.contains("mine") === each.classList.contains("mine");
      each.classList.toggle("first", !same || above.classList.contains("with-options"));
    }
  }

  typing(on) {
    const box = byId("typing");
    if (box.hidden === !on) return;
    box.hidden = !on;
    if (on && this.stuck) this.goToEnd();
  }

  goToEnd(behavior = "instant") {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.stuck) this.fresh = 0;
    this.showFresh();
    this.look();
  }

  showFresh() {
    this.toEnd.hidden = this.stuck;
    const count = byId("to-end-count");
    count.hidden = !this.fresh;
    count.textContent = this.fresh;
  }

  look() {
    if (document.visibilityState !== "visible" || !this.stuck) return;
    let newest = 0;
    for (const { message } of this.rows.values()) {
      if (message.author === "business" && message.status !== "read") newest = Math.max(newest, message.seq);
    }
    if (newest > this.seenSeq) {
      this.seenSeq = newest;
      this.onSeen(newest);
    }
  }
}
