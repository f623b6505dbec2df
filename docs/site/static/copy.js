/* A button on each code block. Of a session it copies the input: no prompts, no output. */
"use strict";

const PROMPTS = [
  [/^\$ /, /^> /],
  [/^>>> ?/, /^\.\.\. ?/],
];

function inputOf(text) {
  const lines = text.replace(/\n$/, "").split("\n");
  const [prompt, next] = PROMPTS.find(([prompt]) => prompt.test(lines.find((line) => line !== "…") ?? "")) ?? [];
  if (!prompt) return lines.join("\n");
  const input = [];
  let continued = false; // a command goes on after a backslash
  for (const line of lines) {
    if (prompt.test(line)) input.push(line.replace(prompt, ""));
    else if (input.length && next.test(line)) input.push(line.replace(next, ""));
    else if (continued) input.push(line);
    continued = (continued || prompt.test(line)) && line.endsWith("\\");
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
