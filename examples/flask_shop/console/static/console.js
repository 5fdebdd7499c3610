// Shortcuts, alerts and the small conveniences of the console; everything works without it but live updates.
(() => {
  const byId = (id) => document.getElementById(id);
  const bubbles = byId("bubbles");
  if (bubbles) bubbles.scrollTop = bubbles.scrollHeight;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== bubbles) return;
    event.target.dataset.atEnd = bubbles.scrollHeight - bubbles.scrollTop - bubbles.clientHeight < 60;
    // Somebody reads an explanation: leave it open.
    if (bubbles.querySelector("details[open]")) event.detail.shouldSwap = false;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === bubbles && bubbles.dataset.atEnd === "true") bubbles.scrollTop = bubbles.scrollHeight;
  });

  const template = byId("template");
  template?.addEventListener("change", () => {
    const text = byId("text");
    text.value = text.value ? `${text.value}\n${template.value}` : template.value;
    template.value = "";
    text.focus();
  });

  const step = (by) => {
    const links = [...document.querySelectorAll("#rows a.row")];
    const at = links.findIndex((link) => new URL(link.href).pathname === location.pathname);
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.click();
  };
  const keys = {
    "/": () => byId("q")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    r: () => byId("text")?.focus(),
    c: () => byId("act-claim")?.click(),
    e: () => byId("act-resolve")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
      event.target.form.requestSubmit();
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
  if (!("Notification" in window) || Notification.permission !== "default") alerts.hidden = true;
  alerts.addEventListener("click", async () => {
    await Notification.requestPermission();
    alerts.hidden = true;
  });
  let before = null;
  const look = async () => {
    const answer = await fetch(news.dataset.address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const now = await answer.json();
    news.textContent = now.overdue ? `期限切れ ${now.overdue}件` : "";
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (now.owed) document.title = `(${now.owed}) ${document.title}`;
    if (before && now.owed > before.owed && window.Notification?.permission === "granted") {
      new Notification("新しいお問い合わせがあります", { body: `返信が必要: ${now.owed}件` });
    }
    before = now;
  };
  look().catch(() => {});
  setInterval(() => look().catch(() => {}), 5000);
})();
