/** TokenProvider asks the host application for a token of the user. */
export type TokenProvider = () => string | Promise<string>;

/** How long before its end a token is renewed, in milliseconds. */
const ahead = 30_000;

/** Tokens keeps the user's token and asks for another one before it ends. Calls at the same time ask once. */
export class Tokens {
  private token = "";
  private asking: Promise<string> | undefined;
  constructor(private readonly provider: TokenProvider) {}

  async get(): Promise<string> {
    if (this.token && claims(this.token).exp * 1000 - Date.now() > ahead) return this.token;
    this.asking ??= Promise.resolve(this.provider()).then((t) => (this.token = t)).finally(() => (this.asking = undefined));
    return this.asking;
  }

  /** drop forgets a token that the server has refused. */
  drop(token: string): void {
    if (this.token === token) this.token = "";
  }

  /** user is the user id of the token. */
  async user(): Promise<string> {
    return claims(await this.get()).sub;
  }
}

/** claims reads a token without verifying it, which is the server's part; what cannot be read never ends. */
function claims(token: string): {sub: string; exp: number} {
  try {
    const text = atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const {sub, exp} = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    return {sub: String(sub ?? ""), exp: Number(exp ?? Infinity)};
  } catch {
    return {sub: "", exp: Infinity};
  }
}
