import {type ChildProcess, execFileSync, spawn} from "node:child_process";
import {createHmac} from "node:crypto";
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

const secret = "a-secret-of-a-test-of-the-client-library";
const apps = `apps:
  - id: shop
    keys: [{name: shop.test, secret: ${secret}, capability: {"*": ["*"]}}]
    limits: "off"
`;

/** token signs one for a user, as a host application does. */
export function token(user: string): string {
  const part = (o: object) => Buffer.from(JSON.stringify(o)).toString("base64url");
  const signed = `${part({alg: "HS256"})}.${part({app: "shop", sub: user, name: user.toUpperCase(), exp: Math.floor(Date.now() / 1000) + 3600})}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Server is a parley of its own that can be killed and started again. */
export class Server {
  url = "";
  private process: ChildProcess | undefined;
  private constructor(private readonly dir: string, private readonly binary: string, private readonly port: number) {}

  /** start builds the server, unless PARLEY_BIN names one, and runs it. */
  static async start(): Promise<Server> {
    const dir = mkdtempSync(join(tmpdir(), "parley-client-"));
    chmodSync(dir, 0o711);
    writeFileSync(join(dir, "apps.yaml"), apps);
    let binary = process.env.PARLEY_BIN;
    if (!binary) {
      binary = join(dir, "parley");
      execFileSync("go", ["build", "-o", binary, "./cmd/parley"], {cwd: fileURLToPath(new URL("../../..", import.meta.url)), stdio: "inherit"});
    }
    const s = new Server(dir, binary, await freePort());
    s.url = `http://127.0.0.1:${s.port}`;
    await s.run();
    return s;
  }

  async run(): Promise<void> {
    const args = ["serve", "--addr", `127.0.0.1:${this.port}`, "--admin-addr", "127.0.0.1:0", "--data-dir", join(this.dir, "data"), "--bootstrap", join(this.dir, "apps.yaml")];
    const child = spawn(this.binary, args, {stdio: ["ignore", "pipe", "pipe"]});
    this.process = child;
    let said = "";
    child.stderr!.on("data", (b) => (said += b));
    await new Promise<void>((ready, failed) => {
      child.stdout!.on("data", (b) => String(b).includes("ready on ") && ready());
      child.once("exit", (code) => failed(new Error(`parley ended with ${code}: ${said}`)));
    });
  }

  /** kill ends the server as a loss of power would. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.process!;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await gone;
  }

  async close(): Promise<void> {
    await this.kill("SIGTERM");
    rmSync(this.dir, {recursive: true, force: true});
  }
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const s = createServer().listen(0, "127.0.0.1", () => {
      const {port} = s.address() as {port: number};
      s.close(() => found(port));
    });
  });
}
