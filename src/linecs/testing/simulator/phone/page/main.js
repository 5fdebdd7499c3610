// All customers side by side on a wide screen, one at a time on a narrow one.

import { arrange, button, element, icon } from "./dom.js";
import { Phone } from "./phone.js";
import { addCustomer, follow } from "./server.js";
import { language, words } from "./words.js";

const SAID_FOR_MS = 4000;
const NAMES = ["あおい", "はると", "ひまり", "みなと", "さくら", "りく", "つむぎ", "そうた"];

const phones = new Map();
const place = (id) => document.getElementById(id);
let chosen = null;
let awaited = null;
let hush = 0;

function say(words) {
  const toast = place("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(hush);
  hush = setTimeout(() => (toast.hidden = true), SAID_FOR_MS);
}

function show(screens) {
  for (const screen of screens) {
    const known = phones.get(screen.key);
    if (known) known.update(screen);
    else phones.set(screen.key, new Phone(screen, say));
    if (screen.person === awaited) [chosen, awaited] = [screen.key, null];
  }
  if (!phones.has(chosen)) chosen = phones.keys().next().value ?? null;
  draw();
}

function draw() {
  arrange(place("phones"), phones.size ? [...phones.values()].map((phone) => phone.root) : [empty]);
  place("people").replaceChildren(...[...phones].map(([key, phone]) => tab(key, phone)));
  for (const [key, phone] of phones) phone.root.classList.toggle("chosen", key === chosen);
}

function tab(key, phone) {
  const properties = { type: "button", "aria-pressed": String(key === chosen), onclick: () => choose(key) };
  return element("button", properties, phone.screen.person);
}

function choose(key) {
  chosen = key;
  draw();
  const phone = phones.get(key);
  phone.root.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  phone.toNewest();
}

function showPlatform({ endpoint, delivery }) {
  const status = place("webhook");
  const reason = delivery && (delivery.status ?? delivery.reason);
  status.textContent = reason ? words.webhook(reason) : endpoint ? words.webhook("…") : "";
  status.title = endpoint ?? "";
  status.classList.toggle("bad", Boolean(delivery && delivery.reason !== "OK"));
}

function askForCustomer() {
  const taken = new Set([...phones.values()].map((phone) => phone.screen.person));
  const suggested = NAMES.find((name) => !taken.has(name)) ?? "";
  const name = element("input", { name: "name", required: true, maxlength: "20", value: suggested, "aria-label": words.name, autocomplete: "off" });
  const friend = element("input", { type: "checkbox", checked: true });
  const add = () => {
    awaited = name.value.trim();
    addCustomer(awaited, friend.checked).catch((error) => say(error.message));
  };
  const dialog = element(
    "dialog",
    { className: "picker", onclose: () => dialog.remove() },
    element(
      "form",
      { method: "dialog", onsubmit: add },
      element("h2", {}, words.add),
      element("label", {}, words.name, name),
      element("label", { className: "check" }, friend, words.addAsFriend),
      element(
        "div",
        { className: "row" },
        element("button", { type: "button", onclick: () => dialog.close() }, words.cancel),
        element("button", { className: "yes" }, words.pick),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  name.select();
}

document.documentElement.lang = language;
place("people").setAttribute("aria-label", words.people);
place("add").append(icon("plus"), element("span", {}, words.add));
place("add").addEventListener("click", askForCustomer);
const empty = element("div", { className: "empty" }, element("h1", {}, words.emptyTitle), element("p", {}, words.empty), button(words.add, { className: "yes", onclick: askForCustomer }, words.add));
draw();
follow({ onscreens: show, onplatform: showPlatform, onlost: () => say(words.lost) });
