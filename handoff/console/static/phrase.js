// While a text of the bot is typed, the server draws how a customer will see it.
"use strict";

const DRAW_AFTER = 250;

function wirePhrase(form) {
  const drawn = document.querySelector("[data-drawn]");
  let due = 0;
  let underway = new AbortController();

  async function draw() {
    underway.abort();
    underway = new AbortController();
    const { signal } = underway;
    try {
      const body = new URLSearchParams(new FormData(form));
      const response = await fetch(form.dataset.phrase, { method: "POST", body, headers: { "X-Console": "live" }, signal });
      const html = await response.text();
      if (response.ok && !signal.aborted) drawn.innerHTML = html;
    } catch {
      // Overtaken by what was typed since, or no connection: the next letter asks again.
    }
  }

  form.querySelector("[data-draw]").hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(draw, DRAW_AFTER);
  });
}

const phraseForm = document.querySelector("[data-phrase]");
if (phraseForm) wirePhrase(phraseForm);
