import {Parley} from "parley-client";
import {WebSocket} from "ws"; // on Node 20; browsers and Node 22 have one of their own

/** hello says hello in the first channel of a user and answers what was said in it, when `wanted` was among it. */
export async function hello(url: string, token: () => Promise<string>, wanted: string): Promise<string[]> {
  const parley = new Parley({url, token, WebSocket: WebSocket as unknown as typeof globalThis.WebSocket});
  await parley.start(); // the list of channels is there, and a socket that comes back by itself
  const channel = parley.conversation(parley.channels.get()[0]!.id)!;
  await channel.open();
  channel.send({body: "Hello"}); // shown at once as pending, sent until the server has it, and there once

  return new Promise((done) => {
    channel.state.subscribe(({messages, pending}) => {
      const said = messages.map((m) => `${m.sender_name}: ${m.body}`);
      if (pending.length > 0 || !said.some((s) => s.endsWith(wanted))) return;
      parley.stop();
      done(said);
    });
  });
}
