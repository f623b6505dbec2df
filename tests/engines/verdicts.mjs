// Reads {"kind": …, "row": …} a line from standard input; prints 1 or 0 a line: whether ajv finds the row valid.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [schemas, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const Ajv = require("ajv/dist/2020").default;
const ajv = require("ajv-formats").default(new Ajv({ ownProperties: true, strict: false }));
const validators = new Map();

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { kind, row } = JSON.parse(line);
  if (!validators.has(kind)) {
    validators.set(kind, ajv.compile(JSON.parse(readFileSync(`${schemas}/${kind}.json`, "utf8"))));
  }
  process.stdout.write(validators.get(kind)(row) ? "1\n" : "0\n");
}
