// Where the customer writes: text, stickers, pictures, files, a place.

import { button, element, icon } from "./dom.js";
import { drawSticker, PALETTE } from "./stickers.js";
import { summary } from "./bubbles.js";
import { openPopup } from "./popup.js";
import { words } from "./words.js";

const MOST_LINES_HIGH = 120;

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.quoting = null;
    this.field = element("textarea", {
      rows: 1,
      name: "text",
      "aria-label": words.message,
      placeholder: words.message,
      enterkeyhint: "send",
      oninput: () => this.fit(),
      onkeydown: (event) => this.onKey(event),
    });
    this.quote = element("div", { className: "quoting", hidden: true });
    this.palette = element("div", { className: "palette", role: "group", "aria-label": words.sticker, hidden: true }, this.stickers());
    this.opener = button(words.sticker, { className: "tool", "aria-expanded": "false", onclick: () => this.togglePalette() }, icon("smile"));
    this.root = element(
      "form",
      { className: "composer", onsubmit: (event) => this.submit(event) },
      this.quote,
      element(
        "div",
        { className: "line" },
        button(words.attach, { className: "tool", "aria-haspopup": "menu", onclick: (event) => this.attach(event.currentTarget) }, icon("plus")),
        this.field,
        this.opener,
        element("button", { className: "tool send", "aria-label": words.send, title: words.send }, icon("send")),
      ),
      this.palette,
    );
  }

  stickers() {
    return PALETTE.map(({ packageId, stickerId, keywords, name }) => {
      const send = () => this.phone.act({ act: "sends_sticker", packageId, stickerId, keywords });
      return button(words.stickerNamed(name), { onclick: send }, drawSticker({ packageId, stickerId }));
    });
  }

  attach(opener) {
    openPopup(this.phone.root, opener, [
      { label: words.picture, run: () => this.phone.choose("image/*,video/*") },
      { label: words.file, run: () => this.phone.choose("") },
      { label: words.location, run: () => this.phone.sendLocation() },
    ]);
  }

  togglePalette() {
    this.palette.hidden = !this.palette.hidden;
    this.opener.setAttribute("aria-expanded", String(!this.palette.hidden));
    this.phone.toNewest();
  }

  write(text) {
    this.field.value = text;
    this.fit();
    this.field.focus();
  }

  quoteMessage(shown) {
    this.quoting = shown?.id ?? null;
    this.quote.hidden = !shown;
    if (!shown) return;
    const drop = button(words.cancel, { className: "tool", onclick: () => this.quoteMessage(null) }, icon("close"));
    this.quote.replaceChildren(element("span", {}, element("b", {}, words.quoting), ` ${summary(shown)}`), drop);
    this.field.focus();
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, MOST_LINES_HIGH)}px`;
  }

  onKey(event) {
    // Enter also ends the choice of kanji, and a touch keyboard's Enter starts a line.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.root.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const text = this.field.value;
    if (!text.trim()) return;
    this.write("");
    const quoting = this.quoting;
    this.quoteMessage(null);
    if (!(await this.phone.act({ act: "says", text, quoting }))) this.write(text);
  }
}
