// Lints the SDL in argv[2]; prints each complaint with the definition that it stands in, one JSON a line.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ESLint } from "eslint";
import configure from "./eslint.config.mjs";

const path = resolve(process.argv[2]);
const lines = readFileSync(path, "utf8").split("\n");
const eslint = new ESLint({ cwd: dirname(path), overrideConfigFile: true, baseConfig: configure(path) });
for (const { messages } of await eslint.lintFiles([path]))
  for (const { ruleId, message, line } of messages) {
    const before = lines.slice(0, line).reverse();
    const definition = before.map((each) => /^(?:type|interface|input|enum|union|scalar) (\w+)/.exec(each)).find(Boolean);
    const rule = ruleId?.replace("@graphql-eslint/", "") ?? "fatal";
    console.log(JSON.stringify({ rule, where: definition?.[1] ?? "", message: message.split("\n")[0] }));
  }
