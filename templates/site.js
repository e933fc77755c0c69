// What pages can do beyond plain links: keys, a hint when there is news, filters that act at once. All of it works
// without: nothing here is needed to read.
"use strict";

(() => {
  const stories = () => Array.from(document.querySelectorAll("article"));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let at = -1;

  const go = (step) => {
    const all = stories();
    if (!all.length) return;
    const from = at < 0 && step < 0 ? 0 : at + step;
    at = Math.max(0, Math.min(all.length - 1, from));
    const link = all[at].querySelector(".headline a") || all[at].querySelector("a");
    link?.focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  };

  // the header has it twice: one for wide screens, one behind a button
  const searchField = () =>
    Array.from(document.querySelectorAll("input[type=search]")).find((field) => field.checkVisibility());

  const open = () => {
    const link = stories()[at]?.querySelector(".headline a");
    if (link) window.open(link.href, "_blank", "noopener");
  };

  // --- keys -----------------------------------------------------------------------------------------------------

  const keys = [
    ["j", () => go(1)],
    ["k", () => go(-1)],
    ["o", open],
    ["/", () => searchField()?.focus()],
    ["?", () => help()],
  ];

  const help = () => {
    const dialog = document.querySelector("dialog.help");
    if (dialog && !dialog.open) dialog.showModal();
  };

  const isTyping = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const action = keys.find(([key]) => key === event.key)?.[1];
    if (action) {
      event.preventDefault();
      action();
    }
  });

  document.addEventListener("focusin", (event) => {
    const place = stories().indexOf(event.target.closest?.("article"));
    if (place >= 0) at = place;
  });

  for (const hint of document.querySelectorAll(".keys")) {
    hint.hidden = false;
    hint.querySelector("[data-help]")?.addEventListener("click", help);
  }

  // --- filters --------------------------------------------------------------------------------------------------

  for (const form of document.querySelectorAll("form.narrow")) {
    form.classList.add("acts");
    form.addEventListener("change", () => form.requestSubmit());
    // an address without the filters that choose nothing
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of Array.from(event.formData)) if (!value) event.formData.delete(name);
    });
  }

  // --- copying an address -----------------------------------------------------------------------------------------

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(new URL(button.dataset.copy, document.baseURI).href);
      const before = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }

  // --- news -----------------------------------------------------------------------------------------------------

  const newer = document.querySelector("[data-newer]");
  if (newer) {
    const query = new URLSearchParams({ after: newer.dataset.after });
    for (const { name, value } of newer.attributes) {
      if (name.startsWith("data-filter-")) query.set(name.slice("data-filter-".length), value);
    }
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(`${newer.dataset.newer}?${query}`);
        if (!answer.ok) return;
        const { count, words } = await answer.json();
        if (!count) return;
        const link = document.createElement("a");
        link.href = location.href;
        link.textContent = words;
        if (newer.textContent !== link.textContent) newer.replaceChildren(link);
      } catch {
        // away for a moment: the next look will tell
      }
    };
    setInterval(look, 60_000);
    document.addEventListener("visibilitychange", look);
  }
})();
