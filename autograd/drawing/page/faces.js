// Faces: what stands in boxes and how edges look, written where it changed and can be read: no text
// outside the stage or too small, no element looked up twice, no layout read on the way.
"use strict";

const LINE = 16; // from one line of a box to the next
const PITCH = 0.62; // em that a character is wide at most, as the drawing was made with
const INDEX = 0.85; // how large indices are from afar, where letters are small
const SMALLEST = 0.8; // so far a title shrinks before it is cut

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
const once = (make) => {
  const made = [];
  return (k) => (made[k] ??= make(k));
};

// A box: where it is, and its texts with what they say and shall say, undefined as drawn. From afar
// it has `room` for one text; a constant, which has no card, takes what is free to its left.
const facesOf = once((k) => {
  const faces = boxGroups[k].map(faceOf);
  const cards = faces.filter((face) => face.card).map((face) => face.box);
  for (const face of faces) {
    if (face.card || !face.box) continue;
    const [left, top, width] = face.box;
    const ends = cards.filter(([, y, , height]) => y < top + LINE && top < y + height)
      .map(([x, , wide]) => x + wide).filter((end) => end <= left);
    face.room = left + width - Math.max(0, ...ends) - LINE / 2;
  }
  return faces;
});

function faceOf(group) {
  const card = group.querySelector(".card");
  const [data, grad] = ["data", "grad"].map((kind) => group.querySelector(`text.${kind}`));
  const title = [".title:not(.handle)", ".symbol", ".title", ".what"]
    .map((kind) => group.querySelector(kind)).find(Boolean);
  const box = card ? ["x", "y", "width", "height"].map((side) => card[side].baseVal.value)
    : data && placeOfText(data);
  const face = {
    group, card, box, room: box?.[2], look: "", alone: false, size: 0,
    title: textOf(title, "title", box), data: textOf(data, "data", box), grad: textOf(grad, "grad", box),
  };
  const main = title ?? data;
  if (box && main) { // alone, it stands in the middle, not on its first line
    const [x, y, width, height] = box;
    const aside = card ? x + width / 2 : x + width - 5;
    group.style.setProperty("--lower", `${y + height / 2 - main.y.baseVal[0].value}px`);
    group.style.setProperty("--aside", `${aside - main.x.baseVal[0].value}px`);
  }
  return face;
}

// Where a constant was placed: its text stands in the middle of that.
function placeOfText(text) {
  const width = text.textContent.length * 10.5 * PITCH + 10;
  return [text.x.baseVal[0].value - width / 2, text.y.baseVal[0].value - 12, width, 18];
}

function textOf(element, kind, box) {
  if (!element) return null;
  const label = element.previousElementSibling;
  const taken = label?.classList.contains("label") ? label.textContent.length * 10 * PITCH + 6 : 0;
  return {
    element, kind, drawn: [element.textContent, element.getAttribute("class")],
    pieces: [...element.childNodes], room: box ? box[2] - 18 - taken : Infinity,
    kept: false, cut: false, said: undefined, says: undefined,
  };
}

const linesOf = once((k) => edgeGroups[k].map((group) => {
  const line = group.querySelector(".line");
  const width = line?.style.strokeWidth ?? "";
  const look = [...group.classList].filter((word) => word !== "edge" && word !== "lit").join(" ");
  return { group, line, drawn: [look, width], look, width, glow: "" };
}));

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

// From afar a box shows its title and its number, or only its title, as large as can be read and as
// far as there is room for that; what has no name of its own shows its operation.
function paint() {
  const { width, height } = stageSize;
  const { x, y, scale } = camera;
  const far = scale < READABLE;
  const size = (12 * READABLE) / scale;
  root.classList.toggle("far", far);
  if (far) root.style.setProperty("--far", `${size}px`);
  const reach = { x: width / 2 / scale, y: height / 2 / scale };
  for (const k of trail) {
    const [left, top] = cornerOf(svgs[k]);
    for (const face of facesOf(k)) {
      const [at, down, wide, high] = face.box ?? [0, 0, 0, 0];
      const away = face.box && (Math.abs(left + at + wide / 2 - x) > reach.x + wide ||
        Math.abs(top + down + high / 2 - y) > reach.y + high);
      if (away) continue;
      if (far) keep(face, size);
      else {
        if (face.title?.cut) cutShort(face.title, 0);
        for (const text of [face.data, face.grad]) if (text) rewrite(text);
      }
    }
  }
}

function keep(face, size) {
  const { group, card, box, room, title, data } = face;
  if (!box) return;
  const readable = size < (card ? 0.75 : 2) * box[3];
  if (title && size !== face.size) {
    face.size = size;
    const share = room / size / PITCH / lettersOf(title.pieces);
    const cut = readable && share < SMALLEST ? Math.floor(room / size / PITCH) - 1 : 0;
    if (cut !== title.cut) cutShort(title, cut);
    setKept(title, readable && (!cut || cut > 1));
    title.element.style.setProperty("--share", cut ? 1 : Math.min(1, share).toFixed(2));
  }
  let number = false;
  if (data && readable && !(title && size > LINE)) {
    rewrite(data);
    number = data.element.textContent.length * PITCH * size < room;
  }
  if (data) setKept(data, number);
  const alone = !(title && number);
  if (alone !== face.alone) group.classList.toggle("alone", alone);
  face.alone = alone;
}

const lettersOf = (pieces) =>
  pieces.reduce((sum, one) => sum + one.textContent.length * (one.nodeName === "tspan" ? INDEX : 1), 0);

// The beginning of a title, or all of it as it was drawn.
function cutShort(text, cut) {
  text.cut = cut;
  text.element.replaceChildren(...(cut ? [`${text.drawn[0].slice(0, cut)}…`] : text.pieces));
}

function setKept(text, kept) {
  if (kept !== text.kept) text.element.classList.toggle("kept", kept);
  text.kept = kept;
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
