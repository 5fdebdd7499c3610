// One customer's screen.

import { areasOver, tappable } from "./actions.js";
import { bubble } from "./bubbles.js";
import { Composer } from "./composer.js";
import { arrange, button, element, icon } from "./dom.js";
import { openPopup } from "./popup.js";
import * as server from "./server.js";
import { dayOf, longDay, words } from "./words.js";

const LONG_PRESS_MS = 500;
const TOKYO_STATION = { latitude: 35.681236, longitude: 139.767125, title: "東京駅", address: "東京都千代田区丸の内1丁目" };

export class Phone {
  constructor(screen, say) {
    this.say = say;
    this.drawn = new Map();
    this.isMenuOpen = true;
    this.screen = screen;
    this.build();
    this.update(screen);
  }

  get account() {
    return this.screen.account;
  }

  build() {
    this.log = element("ol", { className: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: "0" });
    this.quick = element("div", { className: "quick", role: "group", "aria-label": words.quickReplies });
    this.banner = element("div", { className: "banner", hidden: true });
    this.composer = new Composer(this);
    this.menu = element("div", { className: "rich-menu", role: "group", "aria-label": words.richMenu, hidden: true });
    this.title = element("h2");
    this.person = element("p");
    const options = button(words.options, { className: "tool", "aria-haspopup": "menu", onclick: (event) => this.openSettings(event.currentTarget) }, icon("more"));
    this.root = element(
      "section",
      { className: "phone" },
      element("header", {}, element("span", { className: "avatar", "aria-hidden": "true" }), element("div", { className: "names" }, this.title, this.person), options),
      this.banner,
      this.log,
      this.quick,
      this.composer.root,
      this.menu,
    );
    this.watchPresses();
  }

  update(screen) {
    const isNew = screen.bubbles.at(-1)?.id !== this.screen.bubbles.at(-1)?.id || !this.log.childElementCount;
    this.screen = screen;
    this.title.textContent = screen.account;
    this.person.textContent = words.screenOf(screen.person);
    this.root.querySelector("header .avatar").textContent = screen.account.slice(0, 1);
    this.root.setAttribute("aria-label", words.screenOf(screen.person));
    this.log.setAttribute("aria-label", `${screen.account} – ${screen.person}`);
    this.drawBubbles();
    this.drawQuickReplies();
    this.drawBanner();
    this.drawMenu();
    if (isNew || screen.isWaiting) this.toNewest();
  }

  drawBubbles() {
    const wanted = [];
    let day = "";
    let before = null;
    for (const shown of this.screen.bubbles) {
      if (dayOf(shown.at) !== day) {
        day = dayOf(shown.at);
        wanted.push(this.kept(`day ${day}`, "", () => element("li", { className: "day" }, element("span", {}, longDay(shown.at)))));
        before = null;
      }
      const { isRead, quickReplies, ...rest } = shown;
      const node = this.kept(shown.id, JSON.stringify(rest), () => bubble(this, shown));
      node.classList.toggle("goes-on", shown.kind !== "unsent" && before === shown.sender);
      const read = node.querySelector(".read");
      if (read) read.textContent = isRead ? words.read : "";
      wanted.push(node);
      before = shown.sender;
    }
    if (this.screen.isWaiting) wanted.push(this.kept("waiting", "", waiting));
    const keys = new Set(wanted);
    for (const [id, { node }] of this.drawn) if (!keys.has(node)) this.drawn.delete(id);
    arrange(this.log, wanted);
  }

  // A bubble that has not changed stays the same node: what was read out is not read again.
  kept(id, looks, draw) {
    const known = this.drawn.get(id);
    if (known?.looks === looks) return known.node;
    const node = draw();
    this.drawn.set(id, { looks, node });
    return node;
  }

  drawQuickReplies() {
    const { quickReplies, friendship } = this.screen;
    const looks = friendship === "blocked" ? "[]" : JSON.stringify(quickReplies);
    if (this.quick.dataset.looks === looks) return;
    this.quick.dataset.looks = looks;
    this.quick.replaceChildren(...JSON.parse(looks).map((action) => tappable(this, action, { className: "chip" })));
    this.quick.hidden = !this.quick.childElementCount;
  }

  drawBanner() {
    const { friendship } = this.screen;
    const offered = {
      not_friend: [words.notFriend, [["follows", words.follow], ["blocks", words.block]]],
      blocked: [words.blocked, [["unblocks", words.unblock]]],
    }[friendship];
    this.banner.hidden = !offered;
    this.composer.root.inert = friendship === "blocked";
    if (!offered || this.banner.dataset.shown === friendship) return;
    this.banner.dataset.shown = friendship;
    const [said, acts] = offered;
    const buttons = acts.map(([name, label]) => element("button", { type: "button", onclick: () => this.act({ act: name }) }, label));
    this.banner.replaceChildren(element("span", {}, said), ...buttons);
  }

  drawMenu() {
    const { menu, friendship } = this.screen;
    const looks = friendship === "friend" && menu ? JSON.stringify(menu) : "";
    this.menu.hidden = !looks;
    if (this.menu.dataset.looks === looks) return;
    this.menu.dataset.looks = looks;
    if (!looks) return this.menu.replaceChildren();
    this.isMenuOpen = menu.selected;
    const surface = element("div", { className: "surface" }, this.menuPicture(menu), areasOver(this, menu.areas, menu.size));
    surface.style.aspectRatio = `${menu.size.width} / ${menu.size.height}`;
    const toggle = element("button", { type: "button", className: "toggle", onclick: () => this.openMenu(!this.isMenuOpen) }, menu.chatBarText);
    this.menu.replaceChildren(toggle, surface);
    this.openMenu(this.isMenuOpen);
  }

  menuPicture(menu) {
    if (!menu.hasPicture) return null;
    return element("img", { src: `chats/${this.screen.key}/menus/${menu.id}`, alt: "" });
  }

  openMenu(isOpen) {
    this.isMenuOpen = isOpen;
    this.menu.querySelector(".toggle")?.setAttribute("aria-expanded", String(isOpen));
    const surface = this.menu.querySelector(".surface");
    if (surface) surface.hidden = !isOpen;
    this.toNewest();
  }

  toNewest() {
    requestAnimationFrame(() => {
      this.log.scrollTop = this.log.scrollHeight;
    });
  }

  find(messageId) {
    return this.screen.bubbles.find((shown) => shown.id === messageId && shown.kind !== "unsent");
  }

  contentUrl(messageId) {
    return `chats/${this.screen.key}/contents/${messageId}`;
  }

  async act(asked) {
    try {
      await server.act(this.screen.key, asked);
      return true;
    } catch (error) {
      this.say(error.message);
      return false;
    }
  }

  async taps(action, value = null) {
    if (action.inputOption === "openRichMenu") this.openMenu(true);
    if (action.inputOption === "closeRichMenu") this.openMenu(false);
    await this.act({ act: "taps", action, value });
    if (action.inputOption === "openKeyboard") this.composer.write(action.fillInText ?? "");
  }

  // The browser opens the address by itself; the pages of LINE there ask who visits.
  opens(action) {
    document.cookie = `line_simulator_visitor=${encodeURIComponent(this.screen.name)}; path=/; samesite=lax`;
    this.taps(action);
  }

  choose(accept) {
    const input = element("input", { type: "file", accept, hidden: true, onchange: () => this.sendFiles(input) });
    this.root.append(input);
    input.addEventListener("cancel", () => input.remove());
    input.click();
  }

  async sendFiles(input) {
    const chosen = [...input.files];
    input.remove();
    for (const file of chosen) {
      await server.sendFile(this.screen.key, file).catch((error) => this.say(error.message));
    }
  }

  sendLocation() {
    return this.act({ act: "sends_location", ...TOKYO_STATION });
  }

  openSettings(opener) {
    const { friendship } = this.screen;
    const offered = {
      friend: [["blocks", words.block]],
      not_friend: [["follows", words.follow], ["blocks", words.block]],
      blocked: [["unblocks", words.unblock]],
    }[friendship];
    openPopup(this.root, opener, offered.map(([name, label]) => ({ label, run: () => this.act({ act: name }) })));
  }

  openOptions(shown, opener) {
    const choices = [];
    const { text } = shown.message;
    if (text) choices.push({ label: words.copy, run: () => this.copy(text) });
    if (this.find(shown.id)) choices.push({ label: words.quote, run: () => this.composer.quoteMessage(shown) });
    const unsend = { label: words.unsend, run: () => this.act({ act: "unsends", messageId: shown.id }) };
    if (shown.sender === "customer") choices.push(unsend);
    openPopup(this.root, opener, choices);
  }

  async copy(text) {
    await navigator.clipboard.writeText(text);
    this.say(words.copied);
  }

  watchPresses() {
    let timer = 0;
    const optionsOf = (event) => event.target.closest?.(".bubble")?.querySelector(".options");
    const stop = () => clearTimeout(timer);
    this.log.addEventListener("contextmenu", (event) => {
      if (!optionsOf(event)) return;
      event.preventDefault();
      optionsOf(event).click();
    });
    this.log.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") timer = setTimeout(() => optionsOf(event)?.click(), LONG_PRESS_MS);
    });
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.log.addEventListener(name, stop);
  }
}

function waiting() {
  const dots = element("span", { className: "dots", role: "img", "aria-label": words.typing }, element("i"), element("i"), element("i"));
  return element("li", { className: "bubble theirs waiting" }, element("div", { className: "said" }, element("div", { className: "content filled" }, dots)));
}
