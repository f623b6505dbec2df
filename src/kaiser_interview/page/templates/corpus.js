"use strict";
// Open the panel of the claim in the address, filter claims, and copy. Without this script, all panels are open.
const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const panels = new Map(all(".panel").map((panel) => [panel.dataset.claim, panel]));
const marks = new Map();
for (const mark of all("a.claim")) {
  const claim = mark.dataset.claim;
  marks.set(claim, [...(marks.get(claim) ?? []), mark]);
}
let open = null;

function named() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function show() {
  const claim = panels.has(named()) ? named() : null;
  for (const [id, is] of [[open, false], [claim, true]]) {
    panels.get(id)?.classList.toggle("open", is);
    for (const mark of marks.get(id) ?? []) {
      mark.classList.toggle("chosen", is);
      is ? mark.setAttribute("aria-current", "true") : mark.removeAttribute("aria-current");
    }
  }
  open = claim;
  root.classList.toggle("corpus-open", claim !== null);
  const first = (marks.get(claim) ?? [])[0];
  if (first) {
    const { top, bottom } = first.getBoundingClientRect();
    if (top < 120 || bottom > innerHeight) first.scrollIntoView({ block: "center" });
  }
}

function close() {
  const mark = (marks.get(open) ?? [])[0];
  history.pushState(null, "", location.pathname + location.search);
  show();
  mark?.focus({ preventScroll: true });
}

// Filters.
const form = document.querySelector(".filters");
const words = form.querySelector(".words");
const found = form.querySelector(".found");
const choices = all("select", form);
const fold = (text) => text.normalize("NFKC").toLowerCase();
const blocks = all(".block").map((block) => ({
  block,
  text: fold(all(".text, .english", block).map((one) => one.textContent).join("\n")),
  claims: all(".panel", block),
}));
const values = new Map([...panels].map(([id, panel]) => [id, JSON.parse(panel.dataset.values)]));

function filter() {
  const wanted = fold(words.value).split(/\s+/).filter(Boolean);
  const chosen = choices.filter((one) => one.value).map((one) => [one.dataset.name, one.value]);
  const active = wanted.length + chosen.length > 0 || Boolean(found?.checked);
  let count = 0;
  for (const { block, text, claims } of blocks) {
    const right = claims.filter((panel) =>
      chosen.every(([name, value]) => values.get(panel.dataset.claim)[name].includes(value)) &&
      (!found?.checked || panel.querySelector(".finding")));
    const shown = right.length > 0 && wanted.every((word) => text.includes(word));
    if (shown) count += right.length;
    block.hidden = active && !shown;
    for (const panel of claims) {
      const out = active && shown && !right.includes(panel);
      for (const mark of marks.get(panel.dataset.claim) ?? []) mark.parentElement.classList.toggle("is-out", out);
    }
  }
  form.querySelector(".count").textContent = active ? `${count} of ${panels.size} claims` : "";
}

form.addEventListener("input", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (event) => event.preventDefault());

// Copy and close.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages that are opened from a file may have no clipboard.
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy, button.close");
  const panel = button?.closest(".panel");
  if (!panel) return;
  if (button.matches(".close")) return close();
  const link = panel.querySelector("h3 a").href;
  const texts = {
    citation: () => panel.querySelector(".citation").textContent,
    digest: () => panel.querySelector("dd code").textContent,
    link: () => link,
  };
  copy(texts[button.dataset.of](), button);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && open !== null) return close();
  if (typing) return;
  if (event.key === "/") {
    event.preventDefault();
    words.focus();
  } else if (event.key === "j" || event.key === "k") {
    const shown = all("a.claim").filter((mark) => mark.id && mark.offsetParent);
    const at = shown.findIndex((mark) => mark.dataset.claim === open);
    const next = shown[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    if (next) {
      location.hash = encodeURIComponent(next.dataset.claim);
      next.focus();
    }
  }
});

root.classList.add("script");
addEventListener("hashchange", show);
addEventListener("popstate", show);
show();
