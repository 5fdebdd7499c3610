// Talks to the simulator: what hands do goes out, changed screens come in.

import { words } from "./words.js";

const HEADERS = { "X-Linecs-Phone": "1" };

export async function post(path, body, type = "application/json") {
  const response = await fetch(path, { method: "POST", headers: { ...HEADERS, "Content-Type": type }, body }).catch(() => null);
  if (response === null) throw new Error(words.lost);
  if (response.ok) return;
  const refused = await response.json().catch(() => ({}));
  throw new Error(refused.message ?? words.failed);
}

export const act = (key, asked) => post(`chats/${key}/acts`, JSON.stringify(asked));

export function sendFile(key, file) {
  const path = `chats/${key}/files?name=${encodeURIComponent(file.name)}`;
  return post(path, file, file.type || "application/octet-stream");
}

export const addCustomer = (name, friend) => post("customers", JSON.stringify({ name, friend }));

export function follow({ onscreens, onplatform, onlost }) {
  const stream = new EventSource("stream");
  stream.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (news.screens) onscreens(news.screens);
    if (news.platform) onplatform(news.platform);
  };
  stream.onerror = onlost;
}
