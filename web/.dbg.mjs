import { openBrowser, ready } from "./scripts/browser.mjs";
const { browser, close } = await openBrowser({ width: 1000, height: 700 });
const page = await browser.newPage();
page.on("console", m => console.log("C", m.text())); page.on("pageerror", e => console.log("E", e.message));
const { features } = await (await fetch("http://127.0.0.1:8091/api/v1/hotspots")).json();
const f = features[0]; const ring = f.geometry.type === "Polygon" ? f.geometry.coordinates[0] : f.geometry.coordinates[0][0];
const xs = ring.map(p=>p[0]), ys = ring.map(p=>p[1]);
const [lon,lat] = [(Math.min(...xs)+Math.max(...xs))/2,(Math.min(...ys)+Math.max(...ys))/2];
let t = Date.now();
await page.goto(`http://127.0.0.1:8091/?lon=${lon.toFixed(5)}&lat=${lat.toFixed(5)}&zoom=14.5`);
await ready(page); console.log("ready", Date.now()-t);
const box = await page.locator("#map").boundingBox(); console.log(box);
const [x,y] = [box.x+box.width/2, box.y+box.height/2];
await page.screenshot({path:"/tmp/runs/dbg.png"});
await page.mouse.move(x+3,y+3);
for (let i=0;i<10;i++){ await page.waitForTimeout(500); console.log(i, await page.locator("#readout").isVisible(), await page.evaluate(([x,y])=>{const e=document.elementFromPoint(x,y); return e && e.tagName+"."+e.className;},[x+3,y+3])); if(i===4) await page.mouse.move(x+6,y+6);}
await close();
