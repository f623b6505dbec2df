"use strict";
// Open the panel of the claim in the address, filter claims, and copy. Without this script, all panels are open.
const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Ids of claims come from addresses, because they may have characters that HTML cannot contain.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
const target = (link) => decoded(link.hash.slice(1));
const panels = new Map(all(".panel").map((panel) => [target(panel.querySelector("h3 a")), panel]));
const marks = new Map([...panels.keys()].map((id) => [id, []]));
for (const mark of all("a.claim")) {
  const ids = mark.dataset.claims?.split(" ").map(decoded) ?? [target(mark)];
  for (const id of ids) marks.get(id).push(mark);
}
let open = null;

function show() {
  const named = target(location);
  const claim = panels.has(named) ? named : null;
  for (const [id, is] of [[open, false], [claim, true]]) {
    panels.get(id)?.classList.toggle("open", is);
    for (const mark of marks.get(id) ?? []) {
      mark.classList.toggle("chosen", is);
      if (is) mark.setAttribute("aria-current", "true");
      else mark.removeAttribute("aria-current");
    }
  }
  open = claim;
  root.classList.toggle("corpus-open", claim !== null);
  if (claim === null) return;
  if (isHidden(claim)) {
    form.reset();
    filter();
  }
  see();
}

function isHidden(claim) {
  return panels.get(claim).closest(".block").hidden;
}

// Scroll to the open claim if it is not in view. The height of blocks near it may change in the next frames.
function see(frames = 3) {
  const mark = marks.get(open)?.[0];
  if (!mark) return;
  const { top, bottom } = mark.getBoundingClientRect();
  const covered = getComputedStyle(form).position === "sticky" ? form.offsetHeight : 0;
  if (top < covered || bottom > innerHeight) mark.scrollIntoView({ block: "center" });
  if (frames) requestAnimationFrame(() => see(frames - 1));
}

function close() {
  const mark = marks.get(open)[0];
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
  text: fold(all(".text, .english, .panel h3 a", block).map((one) => one.textContent).join("\n")),
  claims: all(".panel", block).map((panel) => ({
    id: target(panel.querySelector("h3 a")),
    values: JSON.parse(panel.dataset.values),
    found: panel.querySelector(".finding") !== null,
  })),
}));

function filter() {
  const wanted = fold(words.value).split(/\s+/).filter(Boolean);
  const chosen = choices.map((one) => Number(one.value));
  const active = wanted.length > 0 || chosen.some(Boolean) || Boolean(found?.checked);
  let count = 0;
  for (const { block, text, claims } of blocks) {
    const right = new Set(claims.filter((one) =>
      chosen.every((value, at) => !value || one.values[at].includes(value)) && (!found?.checked || one.found)));
    const shown = right.size > 0 && wanted.every((word) => text.includes(word));
    if (shown) count += right.size;
    block.hidden = active && !shown;
    if (claims.length > 1) {
      const own = new Set([...right].flatMap((one) => marks.get(one.id)));
      for (const mark of all("a.claim", block)) mark.classList.toggle("is-out", active && !own.has(mark));
    }
  }
  if (open !== null && isHidden(open)) {
    history.replaceState(null, "", location.pathname + location.search);
    show();
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
    button.focus({ preventScroll: true });
  }
  button.dataset.label ??= button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = button.dataset.label; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy, button.close");
  const panel = button?.closest(".panel");
  if (!panel) return;
  if (button.matches(".close")) return close();
  const texts = {
    citation: () => panel.querySelector(".citation").textContent,
    digest: () => panel.querySelector("dd.digest").textContent,
    link: () => panel.querySelector("h3 a").href,
  };
  copy(texts[button.dataset.of](), button);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && open !== null) return close();
  if (event.target.matches("input, select, textarea")) return;
  if (event.key === "/") {
    event.preventDefault();
    words.focus();
  } else if (event.key === "j" || event.key === "k") {
    const shown = [...panels.keys()].filter((id) => !isHidden(id));
    const at = shown.indexOf(open);
    const next = shown[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    if (next === undefined) return;
    location.hash = encodeURIComponent(next);
    marks.get(next)[0]?.focus({ preventScroll: true });
  }
});

root.classList.add("script");
addEventListener("hashchange", show);
addEventListener("popstate", show);
// The browser scrolls to the target of the address too.
addEventListener("load", () => setTimeout(see));
show();
