// Makes src/schema.ts from the description of the API; with --check it only says whether the file is up to date.
import {readFile, writeFile} from "node:fs/promises";
import openapiTS, {astToString} from "openapi-typescript";

const source = new URL("../../../api/openapi.yaml", import.meta.url);
const target = new URL("../src/schema.ts", import.meta.url);
const text = "// Generated from api/openapi.yaml by npm run generate; not edited by hand.\n\n" + astToString(await openapiTS(source));
if (!process.argv.includes("--check")) {
  await writeFile(target, text);
} else if ((await readFile(target, "utf8")) !== text) {
  console.error("src/schema.ts is not what api/openapi.yaml describes: run npm run generate");
  process.exit(1);
}
