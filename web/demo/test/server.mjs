// A parley demo of its own that can be killed and started again.
import {spawn} from "node:child_process";
import {chmodSync, mkdtempSync, rmSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";

export async function startDemo(binary) {
  const dir = mkdtempSync(join(tmpdir(), "parley-demo-"));
  chmodSync(dir, 0o711);
  const port = await freePort();
  let child;
  const demo = {
    url: `http://127.0.0.1:${port}`,
    async run() {
      child = spawn(binary, ["demo", "--pace", "0", "--addr", `127.0.0.1:${port}`, "--admin-addr", "127.0.0.1:0", "--data-dir", join(dir, "data")], {stdio: ["ignore", "pipe", "pipe"]});
      let said = "";
      child.stderr.on("data", (b) => (said += b));
      await new Promise((ready, failed) => {
        child.stdout.on("data", (b) => String(b).includes("ready on ") && ready());
        child.once("exit", (code) => failed(new Error(`parley ended with ${code}: ${said}`)));
      });
    },
    async kill(signal = "SIGKILL") {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill(signal);
      await gone;
    },
    async close() {
      if (child?.exitCode === null && child.signalCode === null) await demo.kill("SIGTERM");
      rmSync(dir, {recursive: true, force: true});
    },
  };
  try {
    await demo.run();
  } catch (fault) {
    await demo.close();
    throw fault;
  }
  return demo;
}

function freePort() {
  return new Promise((found) => {
    const s = createServer().listen(0, "127.0.0.1", () => {
      const {port} = s.address();
      s.close(() => found(port));
    });
  });
}
