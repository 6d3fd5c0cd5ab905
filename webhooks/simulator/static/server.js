// Talks to the simulator's own small interface.

const root = document.body.dataset.root;

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(root + path, { signal: AbortSignal.timeout(20000), ...options });
  } catch {
    throw new Error("Sem conexão com o servidor. Tente de novo.");
  }
  if (answer.ok) return answer.json();
  throw new Error(await complaint(answer));
}

async function complaint(answer) {
  if (answer.status === 413) return "O arquivo passa de 20 MB.";
  const body = await answer.json().catch(() => ({}));
  return body.error ?? `O servidor respondeu ${answer.status}.`;
}

function send(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export const mediaUrl = (id) => `${root}media/${encodeURIComponent(id)}`;
export const sampleUrl = `${root}static/recado.ogg`;
export const stickerUrl = `${root}static/figurinha.webp`;
export const people = () => ask("api/chats");
export const useNumber = (number) => send("api/chats", { number });
export const updates = (who, after) => ask(`api/chats/${encodeURIComponent(who)}?after=${after}`);
export const seen = (who, seq) => send(`api/chats/${encodeURIComponent(who)}/seen`, { seq });
export const write = (who, message) => send(`api/chats/${encodeURIComponent(who)}/messages`, message);
export const act = (who, wanted) => send(`api/chats/${encodeURIComponent(who)}/acts`, wanted);
export const trouble = (wanted) => (wanted ? send("control", wanted) : ask("control"));
export const bank = (who) => ask(`bank/chats/${encodeURIComponent(who)}`);
export const atBank = (who, charge, wanted) => send(`bank/chats/${encodeURIComponent(who)}/${encodeURIComponent(charge)}`, wanted);

/** Sends a file; `voice` marks a recording made in the chat, `album` pictures that belong together. */
export function attach(who, file, { caption = "", voice = false, album = false, quotes = "" } = {}) {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("caption", caption);
  if (voice) form.append("voice", "1");
  if (album) form.append("album", "1");
  if (quotes) form.append("quotes", quotes);
  return ask(`api/chats/${encodeURIComponent(who)}/files`, { method: "POST", body: form });
}
