// Live updates, shortcuts and alerts; without it every page and button still works.
(() => {
  const byId = (id) => document.getElementById(id);
  const bubbles = byId("bubbles");
  const reply = byId("reply");
  const text = byId("text");

  // Parts that are asked for again and again: the server says 204 where nothing is new.
  const known = new WeakMap();
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (known.has(event.target)) event.detail.parameters.known = known.get(event.target);
    if (document.hidden && event.detail.triggeringEvent?.type === "htmx:poll") event.preventDefault();
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target === bubbles && bubbles.querySelector("details[open]")) {
      event.detail.shouldSwap = false; // Somebody reads an explanation: leave it open.
      return;
    }
    const print = xhr.getResponseHeader("X-Print");
    if (print && event.detail.shouldSwap) known.set(target, print);
    if (target === bubbles) bubbles.dataset.atEnd = isAtEnd();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === bubbles) {
      if (bubbles.dataset.atEnd === "true") toEnd();
      compare();
    }
    if (event.target.id === "rows") markCurrent();
  });

  // The newest message is on the screen, also once pictures have taken their place.
  const isAtEnd = () => bubbles.scrollHeight - bubbles.scrollTop - bubbles.clientHeight < 80;
  const toEnd = () => {
    bubbles.scrollTop = bubbles.scrollHeight;
  };
  if (bubbles && !new URLSearchParams(location.search).has("before")) {
    toEnd();
    let wasAtEnd = true;
    bubbles.addEventListener("scroll", () => {
      wasAtEnd = isAtEnd();
    }, { passive: true });
    bubbles.addEventListener("load", () => wasAtEnd && toEnd(), true);
    new ResizeObserver(() => wasAtEnd && toEnd()).observe(bubbles);
  }

  // The send guard: a reply carries what its writer has seen, until they say they saw more.
  const compare = () => {
    const state = byId("state");
    const hasMoved = state.dataset.version !== reply.version.value || state.dataset.newest !== reply.seen.value;
    byId("moved").hidden = !hasMoved;
  };
  byId("saw")?.addEventListener("click", () => {
    const state = byId("state");
    reply.version.value = state.dataset.version;
    reply.seen.value = state.dataset.newest;
    compare();
    text.focus();
  });

  // Ready-made replies: found by title, text or reading; hiragana and katakana are one.
  const picker = byId("picker");
  const plain = (words) =>
    words.normalize("NFKC").toLowerCase().replace(/[ァ-ヶ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0x60));
  byId("find-ready")?.addEventListener("input", (event) => {
    const words = plain(event.target.value).split(/\s+/);
    for (const item of picker.querySelectorAll("li")) {
      const said = plain(item.dataset.foundBy);
      item.hidden = !words.every((word) => said.includes(word));
    }
    for (const group of picker.querySelectorAll("section")) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
  });
  picker?.addEventListener("click", (event) => {
    const chosen = event.target.closest("button[data-text]");
    if (!chosen) return;
    text.value = text.value ? `${text.value}\n${chosen.dataset.text}` : chosen.dataset.text;
    picker.open = false;
    text.focus();
    wrote();
  });
  picker?.addEventListener("toggle", () => picker.open && byId("find-ready").focus());
  document.addEventListener("click", (event) => {
    if (picker?.open && !picker.contains(event.target)) picker.open = false;
  });
  picker?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    picker.open = false;
    text.focus();
  });

  byId("narrow")?.addEventListener("change", (event) => event.target.form.requestSubmit());

  bubbles?.addEventListener("click", (event) => {
    const button = event.target.closest("button.quote");
    if (!button) return;
    reply.quoting.value = button.dataset.quote;
    byId("quoting").querySelector("q").textContent = button.dataset.words;
    byId("quoting").hidden = false;
    text.focus();
  });
  byId("unquote")?.addEventListener("click", () => {
    reply.quoting.value = "";
    byId("quoting").hidden = true;
  });

  byId("picture")?.addEventListener("change", (event) => {
    byId("picked").textContent = event.target.files[0]?.name ?? "画像を選ぶ";
  });

  // What is being written is kept, and colleagues see that somebody writes.
  let timer = 0;
  const keepDraft = () => {
    timer = 0;
    const body = new URLSearchParams({ text: text.value });
    const token = document.querySelector('meta[name="csrf-token"]').content;
    fetch(reply.dataset.draft, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => {});
  };
  const wrote = () => {
    timer ||= setTimeout(keepDraft, 1500);
  };
  text?.addEventListener("input", wrote);
  reply?.addEventListener("submit", () => clearTimeout(timer));

  const markCurrent = () => {
    for (const link of document.querySelectorAll("#rows a.row")) {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "true");
    }
  };
  const step = (by) => {
    const links = [...document.querySelectorAll("#rows a.row")];
    const at = links.findIndex((link) => link.pathname === location.pathname);
    links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))]?.click();
  };
  const keys = {
    "/": () => byId("q").focus(),
    j: () => step(1),
    k: () => step(-1),
    r: () => text?.focus(),
    t: () => picker && (picker.open = true),
    c: () => byId("act-claim")?.click(),
    e: () => byId("act-resolve")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === text) {
      reply.requestSubmit();
      return;
    }
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  const news = byId("news");
  const alerts = byId("alerts");
  alerts.hidden = !("Notification" in window) || Notification.permission !== "default";
  alerts.addEventListener("click", async () => {
    await Notification.requestPermission();
    alerts.hidden = true;
  });
  const alertOf = (title, body) => {
    if (window.Notification?.permission === "granted") new Notification(title, { body, tag: title });
  };
  let before = null;
  const look = async () => {
    const answer = await fetch(news.dataset.address, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const now = await answer.json();
    news.textContent = now.overdue ? `期限切れ ${now.overdue}件` : "";
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (now.owed) document.title = `(${now.owed}) ${document.title}`;
    if (before && now.owed > before.owed) alertOf("新しいお問い合わせがあります", `返信が必要: ${now.owed}件`);
    if (before && now.overdue > before.overdue) alertOf("返信の期限を過ぎました", `期限切れ: ${now.overdue}件`);
    before = now;
  };
  look().catch(() => {});
  setInterval(() => look().catch(() => {}), 5000);
})();
