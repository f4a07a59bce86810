// Faces: what stands in boxes and how edges look, written where it changed and can be read: no text
// outside the stage or too small, no element looked up twice, no layout read on the way.
"use strict";

const LINE = 16; // from one line of a box to the next
const PITCH = 0.62; // an upper estimate of a character's width, in em, as the drawing was made with

// What each picture is drawn with; groups are looked up before one drawing stands in another.
const svgs = pictures.map((_, k) =>
  k ? document.querySelector(`[data-number="${k - 1}"] svg.ag`) : root
);
const grouped = (svg, kind) => {
  const groups = [];
  if (svg) for (const g of svg.querySelectorAll(`[data-${kind}]`)) groups[g.dataset[kind]] = g;
  return groups;
};
const boxGroups = svgs.map((svg) => grouped(svg, "box"));
const edgeGroups = svgs.map((svg) => grouped(svg, "edge"));

// A box: where its card is, and its texts with what they say and shall say, undefined as drawn.
function faceOf(group) {
  const card = group.querySelector(".card");
  const box = card && ["x", "y", "width", "height"].map((side) => card[side].baseVal.value);
  const title = [".title:not(.handle)", ".symbol", ".title"]
    .map((kind) => group.querySelector(kind)).find(Boolean);
  if (card && title) {
    // Alone, it stands in the middle of the card, not on its first line.
    const [x, y, width, height] = box;
    group.style.setProperty("--lower", `${y + height / 2 - title.y.baseVal[0].value}px`);
    group.style.setProperty("--aside", `${x + width / 2 - title.x.baseVal[0].value}px`);
  }
  const text = (element, kind) => {
    const label = element?.previousElementSibling;
    const taken = label?.classList.contains("label") ? label.textContent.length * 10 * PITCH + 6 : 0;
    const drawn = element && [element.textContent, element.getAttribute("class")];
    const room = box ? box[2] - 18 - taken : Infinity;
    return element && { element, kind, drawn, room, kept: false, said: undefined, says: undefined };
  };
  const [data, grad] = ["data", "grad"].map((kind) => text(group.querySelector(`text.${kind}`), kind));
  return { group, box, title: text(title, "title"), data, grad, look: "" };
}

function lineOf(group) {
  const line = group.querySelector(".line");
  const width = line?.style.strokeWidth ?? "";
  const look = [...group.classList].filter((word) => word !== "edge" && word !== "lit").join(" ");
  return { group, line, drawn: [look, width], look, width, glow: "" };
}

const found = new Map();
const cachedOf = (group, make) => {
  if (!found.has(group)) found.set(group, make(group));
  return found.get(group);
};
const facesOf = (k) => boxGroups[k].map((group) => cachedOf(group, faceOf));
const linesOf = (k) => edgeGroups[k].map((group) => cachedOf(group, lineOf));

// The words of a group's class that tell how it looks, in the place of those before.
function setLook(one, look) {
  if (one.look === look) return;
  const list = one.group.classList;
  if (one.look) list.remove(...one.look.split(" "));
  if (look) list.add(...look.split(" "));
  one.look = look;
}

function setWidth(line, width) {
  if (line.width === width) return;
  line.width = width;
  if (line.line) line.line.style.strokeWidth = width;
}

// What a text says: a number is written only when it is wanted.
function wordsOf({ says, drawn }) {
  if (says === undefined) return drawn[0];
  return typeof says === "function" ? says() : typeof says === "number" ? write(says) : says;
}

// From afar a box shows its title and its number, or only its title, as large as can be read and if
// there is room for that; what has no name of its own shows its operation.
function paint() {
  const { width, height } = stageSize;
  const { x, y, scale } = camera;
  const far = scale < READABLE;
  const size = (12 * READABLE) / scale;
  root.classList.toggle("far", far);
  root.classList.toggle("farther", far && size > LINE);
  if (far) root.style.setProperty("--far", `${size}px`);
  const reach = { x: width / 2 / scale, y: height / 2 / scale };
  for (const k of trail) {
    const [left, top] = cornerOf(svgs[k]);
    for (const face of facesOf(k)) {
      const [at, down, wide, high] = face.box ?? [0, 0, 0, 0];
      const away = face.box && (Math.abs(left + at + wide / 2 - x) > reach.x + wide ||
        Math.abs(top + down + high / 2 - y) > reach.y + high);
      if (away) continue;
      if (far) keep(face, size, wide);
      else for (const text of [face.data, face.grad]) if (text) rewrite(text);
    }
  }
}

function keep({ title, data }, size, wide) {
  for (const text of [title, data]) {
    if (!text) continue;
    const readable = size < 44 && !(text === data && size > LINE);
    if (readable) rewrite(text);
    const kept = readable && text.element.textContent.length * PITCH * size < wide;
    if (kept !== text.kept) text.element.classList.toggle("kept", kept);
    text.kept = kept;
  }
}

// Numbers on the way may be longer than those that the boxes were made for.
function rewrite(text) {
  if (Object.is(text.said, text.says)) return;
  text.said = text.says;
  const { element, kind, room } = text;
  const words = wordsOf(text);
  if (words === element.textContent && text.said !== undefined) return;
  const asDrawn = text.said === undefined;
  const share = room / (words.length * 12 * PITCH);
  element.textContent = words;
  element.style.fontSize = asDrawn || share >= 1 ? "" : `${Math.max(6, 12 * share)}px`;
  element.setAttribute("class", (asDrawn ? text.drawn[1] : kind) + (text.kept ? " kept" : ""));
}
