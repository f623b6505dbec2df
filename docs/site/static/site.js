/* A button on each code block. Of a session it copies the input: no prompts, no output. */
"use strict";

/* The prompt of a line of input, and of a line that continues it. */
const PROMPTS = [
  [/^\$ /, null],
  [/^>>> ?/, /^\.\.\. ?/],
];

function inputOf(text) {
  const lines = text.replace(/\n$/, "").split("\n");
  const [prompt, next] = PROMPTS.find(([first]) => first.test(lines[0])) ?? [];
  if (!prompt) return lines.join("\n");
  const input = [];
  let open = false; // the line before is input
  for (const line of lines) {
    const goesOn = open && (next ? next.test(line) : input.at(-1).endsWith("\\"));
    open = goesOn || prompt.test(line);
    if (open) input.push(line.replace(goesOn ? (next ?? "") : prompt, ""));
  }
  return input.join("\n");
}

/* Only secure pages have a clipboard. */
if (navigator.clipboard) {
  for (const pre of document.querySelectorAll("div.highlight pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(inputOf(pre.textContent));
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    pre.parentElement.append(button);
  }
}

/* Sphinx fails where it highlights a searched word in the title of an icon. */
for (const title of document.querySelectorAll("svg title")) title.classList.add("nohighlight");
