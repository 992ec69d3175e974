// Chromium, its libraries and a font, as the package carries them, into a folder.
import { createReadStream, createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [to] = process.argv.slice(2);
const from = join("node_modules", "@sparticuz", "chromium", "bin");
const parts = { "chromium.br": "packed", "al2023.tar.br": "libraries.tar", "fonts.tar.br": "fonts.tar" };
for (const [packed, name] of Object.entries(parts)) {
  await pipeline(createReadStream(join(from, packed)), createBrotliDecompress(), createWriteStream(join(to, name)));
}
await chmod(join(to, "packed"), 0o755);
