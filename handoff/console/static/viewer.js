// Pictures of a conversation, large: keys for the next one and for nearer and farther; Escape goes back.
"use strict";

const NEAREST = 4;
const viewer = { box: null, links: [], at: 0, zoom: 1 };

function openViewer(link) {
  viewer.links = [...document.querySelectorAll("a[data-view]")];
  viewer.at = viewer.links.indexOf(link);
  viewer.box = viewerBox();
  document.body.append(viewer.box);
  viewer.box.showModal();
  showPicture(0);
}

function viewerBox() {
  const button = (label, sign, press) => element("button", { type: "button", "aria-label": label, title: label, text: sign, press });
  const bar = element(
    "div",
    { class: "viewer-bar" },
    button("Imagem anterior", "‹", () => showPicture(-1)),
    button("Próxima imagem", "›", () => showPicture(1)),
    button("Mais perto", "+", () => zoomPicture(1)),
    button("Mais longe", "−", () => zoomPicture(-1)),
    element("a", { class: "button", download: true, text: "Salvar" }),
    button("Fechar", "×", () => viewer.box.close()),
  );
  const stage = element("div", { class: "viewer-stage", tabindex: "0", role: "group", "aria-label": "Imagem ampliada" }, element("img"));
  const box = element("dialog", { class: "viewer", "aria-label": "Imagem" }, bar, stage);
  box.addEventListener("keydown", viewerKeys);
  box.addEventListener("close", () => {
    box.remove();
    viewer.links[viewer.at]?.focus();
  });
  stage.addEventListener("click", () => zoomPicture(viewer.zoom < NEAREST ? 1 : 1 - NEAREST));
  return box;
}

function showPicture(step) {
  viewer.at = (viewer.at + step + viewer.links.length) % viewer.links.length;
  const link = viewer.links[viewer.at];
  const picture = viewer.box.querySelector("img");
  picture.src = link.href;
  picture.alt = link.querySelector("img").alt;
  viewer.box.querySelector("a").href = link.href;
  zoomPicture(1 - viewer.zoom);
}

function zoomPicture(step) {
  viewer.zoom = Math.min(NEAREST, Math.max(1, viewer.zoom + step));
  viewer.box.querySelector("img").className = `zoom-${viewer.zoom}`;
}

function viewerKeys(event) {
  const acts = { ArrowLeft: [showPicture, -1], ArrowRight: [showPicture, 1], "+": [zoomPicture, 1], "=": [zoomPicture, 1], "-": [zoomPicture, -1] };
  const act = acts[event.key];
  if (!act || (viewer.zoom > 1 && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  act[0](act[1]);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openViewer(link);
});
