// SPDX-License-Identifier: MIT
// Parses PowerShell from stdin: prints the syntax tree's nodes that are errors, or with `strings` the text of every
// string literal, NUL-terminated.
//
//   node --liftoff-only parse-powershell.mjs GRAMMAR_DIR [strings] <SCRIPT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const modules = `${process.argv[2]}/node_modules/`;
const { Parser, Language } = createRequire(import.meta.url)(`${modules}web-tree-sitter/web-tree-sitter.cjs`);

function* nodes(node) {
    yield node;
    for (const child of node.children) {
        yield* nodes(child);
    }
}

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(`${modules}tree-sitter-powershell/tree-sitter-powershell.wasm`));
const tree = parser.parse(readFileSync(0, "utf-8"));
for (const node of nodes(tree.rootNode)) {
    if (process.argv[3] === "strings" && node.type === "verbatim_string_characters") {
        process.stdout.write(`${node.text}\0`);
    } else if (process.argv[3] === undefined && (node.isError || node.isMissing)) {
        console.log(`line ${node.startPosition.row + 1}: ${node.type}: ${node.text.slice(0, 200)}`);
    }
}
