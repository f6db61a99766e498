import { launchChromium } from "./tests/engines/launch.js";
const b = await launchChromium();
const shot = (p, n) => p.screenshot({ path: `/tmp/look-p/${n}.png`, fullPage: true });
const which = process.argv[2];
const t0 = Date.now();
const log = (...a) => console.log(((Date.now()-t0)/1000).toFixed(1), ...a);
async function go(locale, width, hash) {
  const c = await b.newContext({ locale, viewport: { width, height: 900 } });
  const p = await c.newPage();
  p.on("pageerror", (e) => log("ERR", e.message));
  await p.goto("http://localhost:8123/#" + hash);
  await p.locator("main").waitFor();
  return p;
}
try {
for (const [locale, width] of which === "cart" ? [["en-US", 1280], ["zh-CN", 360]] : which === "cart2" ? [["zh-CN", 1280], ["en-US", 390]] : []) {
  const n = `${locale}-${width}`;
  const p = await go(locale, width, "env=CartPole-v1&seed=5");
  await p.locator(".actor.teacher .standing:not(:empty)").waitFor();
  await shot(p, n + "-0fresh");
  await p.locator(".setup .primary").first().click();
  await p.locator(".curve").first().waitFor({ timeout: 60000 });
  await shot(p, n + "-1training");
  await p.waitForTimeout(3000);
  await p.locator(".controls .quiet").first().click(); // hold
  await p.waitForTimeout(300);
  await shot(p, n + "-2hold");
  await p.locator(".controls .quiet").first().click();
  await p.getByRole("button", { name: /^(Stop|停止)/ }).click({timeout:5000}).catch(()=>log("no stop"));
  await p.waitForTimeout(300);
  await p.screenshot({ path: `/tmp/look-p/${n}-3stop.png` });
  await p.locator("dialog[open] button").first().click({timeout:5000}).catch(()=>log("no dialog"));
  await p.locator(".outcome .headline").waitFor({ timeout: 120000 });
  await p.waitForTimeout(1500);
  await shot(p, n + "-4end");
  log(n, "done");
  await p.context().close();
}
if (which === "minatar") {
  for (const [locale, width] of [["en-US", 1280], ["zh-CN", 360]]) {
    const p = await go(locale, width, "env=MinAtar/Breakout-v1&run=1");
    for (const s of [1, 3, 8]) { await p.waitForTimeout(s === 1 ? 1000 : s === 3 ? 2000 : 5000); await shot(p, `minatar-${width}-${s}`); log(s, await p.locator(".actor.teacher").innerText()); }
    await p.context().close();
  }
}
} finally { await b.close(); }
