// The camera: fits the drawing to the stage, zooms by wheel, pinch and keys, pans by dragging.
"use strict";

const stage = byId("stage");
const root = stage.querySelector("svg.ag");
const natural = { width: root.width.baseVal.value, height: root.height.baseVal.value };
const LARGEST = 2.5;
const READABLE = 0.75; // times 12 px: smaller letters are hidden, and titles keep this size
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const camera = { x: natural.width / 2, y: natural.height / 2, scale: 1 };
let shownArea = { x: 0, y: 0, ...natural }; // what fit shows: the whole, or the part that is open
let moving = 0;
const theme = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A reader may turn dark, and a notebook around a page that leaves it open says whether it is itself.
const dyers = [() => show(step)]; // what writes colours
const dye = () => { for (const paintAnew of dyers) paintAnew(); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dye);
addEventListener("message", ({ data }) => {
  const page = document.documentElement;
  if (page.dataset.theme !== "auto" || (data !== "dark" && data !== "light")) return;
  page.style.colorScheme = data;
  for (const sheet of document.styleSheets) {
    for (const { media } of sheet.cssRules) {
      if (media?.mediaText.includes("color-scheme")) media.mediaText = data === "dark" ? "all" : "not all";
    }
  }
  dye();
});

root.setAttribute("width", "100%");
root.setAttribute("height", "100%");
root.style.display = "block";

const measured = () => ({ width: stage.clientWidth || 1, height: stage.clientHeight || 1 });
let stageSize = measured(); // asked for only when it changes: to measure makes the browser lay out

function applyCamera() {
  const { width, height } = stageSize;
  const { x, y, scale } = camera;
  root.setAttribute(
    "viewBox",
    [x - width / 2 / scale, y - height / 2 / scale, width / scale, height / scale].join(" ")
  );
  paint();
}

// Move there in a quarter of a second, or at once for those who prefer that.
function moveCamera(goal, atOnce) {
  cancelAnimationFrame(moving);
  if (!atOnce && Object.keys(goal).every((key) => goal[key] === camera[key])) return;
  if (atOnce || calm.matches) {
    Object.assign(camera, goal);
    applyCamera();
    return;
  }
  const from = { ...camera };
  const began = performance.now();
  const frame = (now) => {
    const share = Math.min(1, Math.max(0, (now - began) / 250));
    const eased = share * (2 - share);
    for (const key of Object.keys(goal)) camera[key] = from[key] + (goal[key] - from[key]) * eased;
    applyCamera();
    if (share < 1) moving = requestAnimationFrame(frame);
  };
  moving = requestAnimationFrame(frame);
}

function fittingScale({ width, height }, margin, covered = 0) {
  const room = (stageSize.height - covered - margin) / height;
  return Math.min((stageSize.width - margin) / width, room);
}

function fit(atOnce) {
  const { x, y, width, height } = shownArea;
  const { offsetTop, offsetHeight } = byId("trail"); // over an open part
  const over = offsetTop + offsetHeight;
  const scale = Math.max(0.02, Math.min(LARGEST, fittingScale(shownArea, 12, over)));
  moveCamera({ x: x + width / 2, y: y + height / 2 - over / 2 / scale, scale }, atOnce);
}

function zoom(factor, clientX, clientY) {
  cancelAnimationFrame(moving);
  const { left, top, width, height } = stage.getBoundingClientRect();
  const dx = clientX - left - width / 2 || 0; // around the middle if nothing is given
  const dy = clientY - top - height / 2 || 0;
  const scale = Math.min(8, Math.max(0.02, camera.scale * factor));
  camera.x += dx / camera.scale - dx / scale;
  camera.y += dy / camera.scale - dy / scale;
  camera.scale = scale;
  applyCamera();
}

// Where a group is, in the coordinates of the whole drawing; within its own it never moves. Insets
// stand at an offset.
const places = new Map();
function placeOf(group) {
  if (!places.has(group)) places.set(group, (group.querySelector(".card") ?? group).getBBox());
  const { x, y, width, height } = places.get(group);
  const [left, top] = cornerOf(group.ownerSVGElement);
  return { x: x + left, y: y + top, width, height };
}
const cornerOf = (svg) => (svg === root ? [0, 0] : [svg.x.baseVal.value, svg.y.baseVal.value]);

function around(places) {
  const x = Math.min(...places.map((p) => p.x));
  const y = Math.min(...places.map((p) => p.y));
  const right = Math.max(...places.map((p) => p.x + p.width));
  const bottom = Math.max(...places.map((p) => p.y + p.height));
  return { x, y, width: right - x, height: bottom - y };
}

// Groups come into view, readable, all of them if they fit; the first one at least.
function bringIntoView(groups) {
  if (!groups.length) return;
  const places = groups.map(placeOf);
  let area = around(places);
  const all = fittingScale(area, 24);
  let scale = Math.max(READABLE, Math.min(camera.scale, all));
  if (all < READABLE) [area] = places;
  scale = Math.min(scale, fittingScale(area, 8));
  const half = { x: stageSize.width / 2 / scale, y: stageSize.height / 2 / scale };
  const margin = 8 / scale;
  const within = (at, low, size, reach) => {
    const [least, most] = [low + size - reach + margin, low + reach - margin];
    return least > most ? low + size / 2 : Math.min(Math.max(at, least), most);
  };
  moveCamera({
    x: within(camera.x, area.x, area.width, half.x),
    y: within(camera.y, area.y, area.height, half.y),
    scale,
  });
}

// Pointers on the stage: one pans, or does what a `grip` makes of it; two pinch.
const pointers = new Map();
let grip = null; // what drags something else than the drawing: {move, end}
let dragged = false;
const findGrip = []; // functions of a pointerdown event that may give a grip

stage.addEventListener("wheel", (event) => {
  if (event.target.closest(".over")) return;
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), event.clientX, event.clientY);
}, { passive: false });
stage.addEventListener("pointerdown", (event) => {
  if (event.button || event.target.closest(".over")) return;
  pointers.set(event.pointerId, event);
  if (pointers.size === 1) {
    dragged = false;
    grip = findGrip.map((find) => find(event)).find(Boolean) || null;
  } else grip = null;
});
stage.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
  if (!dragged && pointers.size === 1 && Math.hypot(dx, dy) < 4) return;
  if (!dragged) stage.setPointerCapture(event.pointerId);
  dragged = true;
  if (pointers.size === 2) {
    const [other] = [...pointers.values()].filter((p) => p.pointerId !== event.pointerId);
    const span = (p) => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY) || 1;
    const middle = [(event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2];
    zoom(span(event) / span(before), ...middle);
    camera.x -= dx / 2 / camera.scale;
    camera.y -= dy / 2 / camera.scale;
    applyCamera();
  } else if (grip) grip.move(dx, event);
  else {
    cancelAnimationFrame(moving);
    camera.x -= dx / camera.scale;
    camera.y -= dy / camera.scale;
    applyCamera();
  }
  pointers.set(event.pointerId, event);
});
for (const kind of ["pointerup", "pointercancel"]) {
  stage.addEventListener(kind, (event) => {
    if (pointers.delete(event.pointerId) && grip) grip.end?.(event);
    if (!pointers.size) grip = null;
  });
}
// What ends a drag is no click.
stage.addEventListener("click", (event) => {
  if (dragged) event.stopPropagation();
  dragged = false;
}, true);
new ResizeObserver(() => {
  const { width, height } = stageSize;
  stageSize = measured();
  if (stageSize.width !== width || stageSize.height !== height) fit(true);
}).observe(stage);

// Where there is no room for both, what stands beside the drawing is shown, or the drawing.
const tabs = [...document.querySelectorAll("#tabs button")];
tabs.forEach((tab, i) => tab.addEventListener("click", () => {
  document.body.classList.toggle("graph", i === 1);
  tabs.forEach((other) => other.setAttribute("aria-pressed", other === tab));
}));
