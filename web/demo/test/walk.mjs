// Walks the demo page in a browser as two people would: PARLEY_BIN is the server, SHOTS the folder for screenshots.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {chromium} from "playwright-core";
import {startDemo} from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS ?? ".";
const demo = await startDemo(process.env.PARLEY_BIN);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const faults = [];
let down = false;

/** visit opens the page and notes what goes wrong in it. */
async function visit(options) {
  const context = await browser.newContext({locale: "en-GB", ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (e) => faults.push(e.message));
  page.on("console", (m) => m.type() === "error" && !down && !m.location().url.endsWith("/presence") && faults.push(m.text()));
  await page.goto(`${demo.url}/demo/`);
  const windowOf = (name) => {
    const pane = page.getByRole("region", {name: `Window of ${name}`});
    return {
      pane,
      box: pane.getByRole("textbox", {name: /^Message /}),
      messages: pane.getByRole("list", {name: /^Messages in /}),
      message: (text) => pane.locator("[data-id]", {has: page.getByText(text, {exact: true})}),
      row: (text) => pane.getByRole("navigation").getByRole("button", {name: text}),
      async say(text) {
        await this.box.fill(text);
        await this.box.press("Enter");
      },
      bodies: () => pane.locator("[data-body]").allTextContents(),
    };
  };
  return {page, ann: windowOf("Ann"), bob: windowOf("Bob"), shot: (name) => page.screenshot({path: join(shots, `${name}.png`)})};
}

/** painting is a PNG to send. */
async function painting() {
  const page = await browser.newPage({viewport: {width: 960, height: 540}});
  await page.setContent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540" style="position:fixed;inset:0">
    <defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#312e81"/><stop offset=".55" stop-color="#db2777"/><stop offset="1" stop-color="#fbbf24"/></linearGradient></defs>
    <rect width="960" height="540" fill="url(#s)"/><circle cx="640" cy="350" r="70" fill="#fde68a"/>
    <path d="M0 360 150 250l110 90 130-150 190 190 120-80 260 160v200H0z" fill="#1e1b4b" opacity=".75"/>
    <rect y="420" width="960" height="120" fill="#172554"/><path d="M180 430h150l-25 34h-100zM250 430V330l60 90z" fill="#f8fafc"/></svg>`);
  const png = await page.screenshot();
  await page.close();
  return png;
}

/** accessible demands that the rules of WCAG 2.1 AA that a program can check hold. */
async function accessible(page, where) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => globalThis.axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}));
  const list = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(list, [], `accessibility of ${where}`);
}

const step = async (name, f) => {
  const begun = Date.now();
  await f();
  console.log(`  ${name} (${Date.now() - begun} ms)`);
};

try {
  const {page, ann, bob, shot} = await visit({viewport: {width: 1440, height: 900}, colorScheme: "light"});
  await step("an empty conversation says what to do", async () => {
    await ann.pane.getByText("This is the beginning of Team.").waitFor();
    await bob.pane.getByText("This is the beginning of Team.").waitFor();
    await shot("light-empty");
  });
  await step("messages go both ways, typing is seen", async () => {
    await ann.box.pressSequentially("Morning Bob! Did the nightly import", {delay: 5});
    await bob.pane.getByText("Ann is typing").waitFor();
    await ann.box.press("Shift+Enter");
    await ann.box.pressSequentially("run through?");
    await ann.box.press("Enter");
    await bob.message("Morning Bob! Did the nightly import\nrun through?").waitFor();
    await bob.pane.getByText("Ann is typing").waitFor({state: "hidden"});
    await bob.say("It did: 1.2 million messages, no gaps.");
    await bob.say("And the rebuild compares byte for byte.");
    await ann.message("And the rebuild compares byte for byte.").waitFor();
    await ann.say("<img src=x onerror=alert(1)> stays text");
    await bob.message("<img src=x onerror=alert(1)> stays text").waitFor();
  });
  const tellsPresence = (await fetch(`${demo.url}/v1/channels/1/presence`)).status === 401; // and not 404
  const bothHere = async () => {
    if (!tellsPresence) return;
    for (const [who, other] of [[ann, "Bob"], [bob, "Ann"]]) {
      await who.pane.getByText("2 online").waitFor();
      await who.row(new RegExp(`^${other}.*online`)).waitFor();
    }
  };
  await step("who is present", bothHere);
  await step("an edit, by keyboard alone", async () => {
    await ann.say("Grate work");
    await ann.box.press("ArrowUp");
    const editor = ann.pane.getByRole("textbox", {name: "Edit the message"});
    await editor.fill("never mind");
    await editor.press("Escape");
    await ann.message("Grate work").waitFor();
    await page.keyboard.press("ArrowUp"); // the focus is on the message again
    await page.keyboard.press("ArrowDown");
    await ann.message("Grate work").getByRole("button", {name: "Edit"}).press("Enter");
    await editor.fill("Great work");
    await editor.press("Enter");
    await bob.message("Great work").getByText("edited").waitFor();
  });
  await step("reactions", async () => {
    const m = bob.message("Great work");
    await m.hover();
    await m.getByRole("button", {name: "React with party"}).click();
    await ann.message("Great work").getByRole("button", {name: "🎉 1, by bob"}).click();
    await bob.message("Great work").getByRole("button", {name: "🎉 2, by bob, ann"}).waitFor();
    const other = ann.message("It did: 1.2 million messages, no gaps.");
    await other.hover();
    await other.getByRole("button", {name: "React with heart"}).click();
    await bob.message("It did: 1.2 million messages, no gaps.").getByRole("button", {name: "❤️ 1, by ann"}).waitFor();
  });
  await step("a deletion", async () => {
    const m = ann.message("<img src=x onerror=alert(1)> stays text");
    await m.hover();
    await m.getByRole("button", {name: "Delete"}).click();
    await m.getByRole("button", {name: "Really delete"}).click();
    await bob.pane.getByText("Message deleted").waitFor();
  });
  await step("unread badges", async () => {
    await bob.row("Ann").click();
    await ann.say("One more thing");
    await ann.say("Here is the picture");
    await bob.row(/Team.*2 unread/).waitFor();
    await shot("light-unread");
    await bob.row(/Team/).click();
    await bob.message("Here is the picture").waitFor();
    await bob.row(/^Team$/).or(bob.row(/^T Team$/)).waitFor();
  });
  await step("a picture", async () => {
    await ann.pane.locator("input[type=file]").setInputFiles({name: "harbour.png", mimeType: "image/png", buffer: await painting()});
    await ann.pane.locator("[data-upload=ready]").waitFor();
    await ann.box.press("Enter");
    const image = bob.pane.getByRole("img", {name: "harbour.png"});
    await image.waitFor();
    await page.waitForFunction((i) => i.complete && i.naturalWidth === 512, await image.elementHandle());
    await bob.pane.getByRole("button", {name: "Enlarge harbour.png"}).click();
    await bob.pane.getByRole("dialog").getByRole("img").waitFor();
    await page.keyboard.press("Escape");
  });
  await step("accessible in light", async () => {
    await page.mouse.move(0, 0);
    await accessible(page, "the light page");
    await shot("light");
  });
  await step("a killed server loses and doubles nothing", async () => {
    for (let n = 1; n <= 5; n++) await ann.say(`before the crash ${n}`);
    down = true;
    await demo.kill();
    for (const who of [ann, bob]) await who.pane.getByText("No connection.").waitFor();
    for (let n = 1; n <= 3; n++) {
      await ann.say(`Ann in the dark ${n}`);
      await bob.say(`Bob in the dark ${n}`);
    }
    await ann.pane.locator("[data-pending=pending]").first().waitFor();
    await accessible(page, "the page without a server");
    await shot("light-lost");
    await demo.run();
    for (const who of [ann, bob]) {
      await who.pane.getByText("No connection.").waitFor({state: "hidden"});
      await who.message("Ann in the dark 3").waitFor();
      await who.message("Bob in the dark 3").waitFor();
      await who.pane.locator("[data-pending]").first().waitFor({state: "detached"});
    }
    down = false;
    await bothHere();
    const [hers, his] = [await ann.bodies(), await bob.bodies()];
    assert.deepEqual(hers, his);
    assert.equal(new Set(hers).size, hers.length, "nothing is doubled");
    for (const said of ["before the crash", "Ann in the dark", "Bob in the dark"]) {
      const some = hers.filter((b) => b.startsWith(said));
      assert.deepEqual(some, some.map((_, i) => `${said} ${i + 1}`), "in order");
      assert.equal(some.length, said.startsWith("before") ? 5 : 3);
    }
  });
  await step("dark, by the switch", async () => {
    await bob.row(/#|rack|help|ubuntu/i).first().click();
    await page.getByRole("button", {name: "Switch to dark"}).click();
    await page.waitForTimeout(300);
    await page.mouse.move(0, 0);
    await accessible(page, "the dark page");
    await shot("dark");
  });
  await page.context().close();

  await step("on a phone, dark by the system", async () => {
    const phone = await visit({viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: "dark"});
    await phone.ann.row(/Team/).waitFor();
    await accessible(phone.page, "the phone's list");
    await phone.shot("phone-list");
    await phone.ann.row(/Team/).click();
    await phone.ann.message("Ann in the dark 3").waitFor();
    await phone.ann.pane.locator("[data-title]:focus").waitFor();
    await phone.ann.say("From the train");
    await phone.ann.message("From the train").waitFor();
    await phone.page.getByRole("button", {name: "Bob", exact: true}).click();
    await phone.bob.row(/Team.*1 unread/).waitFor();
    await phone.bob.row(/Team/).click();
    await phone.bob.message("From the train").waitFor();
    await phone.shot("phone-dark");
    await phone.page.getByRole("button", {name: "Switch to light"}).click();
    await accessible(phone.page, "the phone's conversation");
    await phone.shot("phone-light");
    await phone.bob.pane.getByRole("button", {name: "Back to the conversations"}).click();
    await phone.bob.pane.locator("[data-channel]:focus").waitFor();
    const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, "nothing is wider than the phone");
  });
  assert.deepEqual(faults, [], "nothing goes wrong in the page");
  console.log("demo page: two people, every feature, one crash");
} catch (fault) {
  for (const context of browser.contexts()) for (const page of context.pages()) await page.screenshot({path: join(shots, "fault.png")});
  throw fault;
} finally {
  await browser.close();
  await demo.close();
}
