// Reads a line of JSON a line: {"kind": …, "row": …}, or {"text": …}, a line of somebody's file as it stands.
// Prints whether ajv finds the row valid, 1 or 0; for a text, a digit for each kind in the order of the
// arguments, or x where JSON.parse refuses it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [schemas, modules, ...kinds] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const Ajv = require("ajv/dist/2020").default;
const ajv = require("ajv-formats").default(new Ajv({ ownProperties: true, strict: false }));
const validators = new Map();

function outcome(kind, row) {
  if (!validators.has(kind)) {
    validators.set(kind, ajv.compile(JSON.parse(readFileSync(`${schemas}/${kind}.json`, "utf8"))));
  }
  return validators.get(kind)(row) ? "1" : "0";
}

function outcomes(text) {
  let row;
  try {
    row = JSON.parse(text);
  } catch {
    return "x";
  }
  return kinds.map((kind) => outcome(kind, row)).join("");
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { kind, row, text } = JSON.parse(line);
  process.stdout.write(`${text === undefined ? outcome(kind, row) : outcomes(text)}\n`);
}
