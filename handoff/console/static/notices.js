// Says that something came while one looks elsewhere: a sound and, where the browser was allowed to, a notice.
"use strict";

const notify = document.getElementById("notices-on");
const WORDS = { assigned: "Nova conversa com você", wrote: "Mensagem nova" };
let sound = null;

function beep() {
  sound ||= new AudioContext();
  const tone = sound.createOscillator();
  const loud = sound.createGain();
  tone.frequency.value = 740;
  loud.gain.setValueAtTime(0.08, sound.currentTime);
  loud.gain.exponentialRampToValueAtTime(0.0001, sound.currentTime + 0.25);
  tone.connect(loud).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.25);
}

// Several tabs hear of the same: the first one tells.
function first(notice) {
  const key = `${notice.what} ${notice.conversation_id}`;
  const [told, at] = (localStorage.getItem("console-told") || "").split("|");
  if (told === key && Date.now() - Number(at) < 2000) return false;
  localStorage.setItem("console-told", `${key}|${Date.now()}`);
  return true;
}

function looksAt(notice) {
  return document.hasFocus() && location.pathname.endsWith(`/c/${notice.conversation_id}`);
}

function tellPerson(notice) {
  if (!notify.checked || looksAt(notice) || !first(notice)) return;
  beep();
  if (window.Notification?.permission !== "granted") return;
  const shown = new Notification(WORDS[notice.what], { body: notice.name, tag: `console-${notice.conversation_id}` });
  shown.onclick = () => {
    focus();
    location.href = `/console/c/${notice.conversation_id}?tab=mine`;
  };
}

if (notify) {
  notify.checked = localStorage.getItem("console-notices") === "on";
  // Only somebody's own click asks for the browser's permission.
  notify.addEventListener("change", () => {
    localStorage.setItem("console-notices", notify.checked ? "on" : "off");
    if (!notify.checked) return;
    window.Notification?.requestPermission();
    beep();
  });
  document.addEventListener("console:notice", (event) => tellPerson(event.detail));
}
