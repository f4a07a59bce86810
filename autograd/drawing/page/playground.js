// The playground: the plane with its points, the curve of the loss, the network and the controls
// beside the graph of the chosen example.
"use strict";

const task = content.side;
const start = moments[0].leaves.map(Number);
let training = new Training(program, start, task);
let example = 0;
let running = false;
const CELLS = 40;
const plane = byId("plane");
const theme = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rgb = (hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));

// What an output or a target says, from -1 to 1: which side, and how surely.
const sureness = {
  logit: (z) => Math.tanh(z / 2),
  probability: (p) => Math.max(-1, Math.min(1, 2 * p - 1)),
  margin: (z) => Math.tanh(z),
  number: (z) => Math.tanh(z / (task.spread || 1)),
}[task.meaning];
const sideOf = (truth) => (truth - task.middle > 0 ? 1 : -1);

const bounds = [0, 1].map((axis) => {
  const all = task.rows.map((row) => row[axis] ?? 0);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 0.15 * (high - low || 1);
  return [low - margin, high + margin];
});
const onPlane = (row) => [
  ((row[0] - bounds[0][0]) / (bounds[0][1] - bounds[0][0])) * plane.width,
  (1 - (row[1] - bounds[1][0]) / (bounds[1][1] - bounds[1][0])) * plane.height,
];
const fromPlane = (x, y) => [
  bounds[0][0] + (x / plane.width) * (bounds[0][1] - bounds[0][0]),
  bounds[1][0] + (1 - y / plane.height) * (bounds[1][1] - bounds[1][0]),
];

function drawPlane() {
  const pen = plane.getContext("2d");
  const [paper, up, down] = ["--paper", "--up", "--down"].map((name) => rgb(theme(name)));
  const image = pen.createImageData(CELLS, CELLS);
  for (let i = 0; i < CELLS * CELLS; i++) {
    const at = fromPlane(
      (((i % CELLS) + 0.5) / CELLS) * plane.width, ((Math.floor(i / CELLS) + 0.5) / CELLS) * plane.height
    );
    const sure = sureness(training.score(at));
    const tint = sure > 0 ? up : down;
    const share = Number.isFinite(sure) ? 0.55 * Math.abs(sure) : 0;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + share * (tint[c] - paper[c]);
    image.data[4 * i + 3] = 255;
  }
  drawPlane.small ??= Object.assign(document.createElement("canvas"), { width: CELLS, height: CELLS });
  drawPlane.small.getContext("2d").putImageData(image, 0, 0);
  pen.drawImage(drawPlane.small, 0, 0, plane.width, plane.height);
  training.rows.forEach((row, i) => {
    const [x, y] = onPlane(row);
    pen.beginPath();
    pen.arc(x, y, i === example ? 7 : 4, 0, 7);
    pen.fillStyle = theme(sideOf(training.truths[i]) > 0 ? "--up" : "--down");
    pen.fill();
    pen.lineWidth = i === example ? 3 : 1;
    pen.strokeStyle = theme(i === example ? "--accent" : "--paper");
    pen.stroke();
  });
}

function drawLosses() {
  const { losses } = training;
  const every = Math.max(1, Math.floor(losses.length / 300));
  const shown = losses.filter((_, i) => i % every === 0);
  const finite = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const point = (loss, i) =>
    `${((300 * i) / Math.max(1, shown.length - 1)).toFixed(1)},${(58 - (54 * (loss - low)) / (high - low || 1)).toFixed(1)}`;
  byId("losses").querySelector("polyline").setAttribute("points", shown.map(point).join(" "));
  const last = losses.length ? ` · loss ${write(losses[losses.length - 1])}` : "";
  byId("progress").textContent = `step ${losses.length}${last}`;
}

// Weights as edges between neurons, where the parameters' paths tell which they join.
const network = task.network;
function drawNetwork() {
  const pen = byId("net").getContext("2d");
  const { width, height } = byId("net");
  pen.clearRect(0, 0, width, height);
  const sizes = network.sizes;
  const place = (layer, i) => [
    16 + (layer * (width - 32)) / (sizes.length - 1), ((i + 0.5) * height) / sizes[layer],
  ];
  const largest = Math.max(...network.edges.map(([leaf]) => Math.abs(training.x[leaf])), 1e-9);
  for (const [leaf, layer, from, to] of network.edges) {
    const share = training.x[leaf] / largest;
    pen.beginPath();
    pen.moveTo(...place(layer, from));
    pen.lineTo(...place(layer + 1, to));
    pen.lineWidth = 0.4 + 3 * Math.abs(share);
    pen.globalAlpha = 0.25 + 0.75 * Math.abs(share);
    pen.strokeStyle = theme(share > 0 ? "--up" : "--down");
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.fillStyle = theme("--ink");
  sizes.forEach((size, layer) => {
    for (let i = 0; i < size; i++) {
      pen.beginPath();
      pen.arc(...place(layer, i), Math.min(4, height / size / 3), 0, 7);
      pen.fill();
    }
  });
}

function showMemory() {
  const leaf = chosenLeaf ? leafOf.get(chosenLeaf.node) : -1;
  const at = task.parameters.indexOf(leaf);
  byId("memory").textContent = at < 0 ? `${task.optimizer}; choose a parameter to see what it keeps`
    : `${task.optimizer} keeps of ${chosenLeaf.label}: ${training.memory[at].map(write).join(", ")}`;
}

// The graph at the chosen example with the parameters of now.
function showGraphOfNow() {
  const row = training.rows[example] ?? task.rows[0];
  setLeaves([...training.at(row, training.truths[example] ?? task.truths[0])]);
  show(step);
}

function showTraining(withGraph = true) {
  if (task.rows[0].length === 2) drawPlane();
  drawLosses();
  if (network) drawNetwork();
  if (withGraph) showGraphOfNow();
  byId("undo").disabled = !training.past.length;
}

function train(on) {
  running = on;
  byId("train").textContent = on ? "❚❚ Pause" : "▶ Train";
  let frames = 0;
  const frame = () => {
    if (!running) return;
    for (let i = 0; i < Number(byId("speed").value) || i < 1; i++) training.step();
    showTraining(frames++ % 8 === 0); // numbers that change sixty times a second cannot be read
    requestAnimationFrame(frame);
  };
  if (on) requestAnimationFrame(frame);
  else showTraining();
}

function nearest(x, y) {
  const far = training.rows.map((row) => Math.hypot(onPlane(row)[0] - x, onPlane(row)[1] - y));
  const least = Math.min(...far);
  return least < 14 ? far.indexOf(least) : -1;
}

plane.addEventListener("click", (event) => {
  const box = plane.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * plane.width;
  const y = ((event.clientY - box.top) / box.height) * plane.height;
  const mode = byId("mode").value;
  const at = nearest(x, y);
  if (mode === "choose" || mode === "remove") {
    if (at < 0) return;
    if (mode === "choose") example = at;
    else {
      training.rows.splice(at, 1);
      training.truths.splice(at, 1);
      example = Math.max(0, example - (at <= example ? 1 : 0));
      training.asRecorded = false;
    }
  } else {
    training.rows.push(fromPlane(x, y));
    training.truths.push(task.labels[mode]);
    training.asRecorded = false;
  }
  training.queue = mode === "choose" ? training.queue : [];
  showTraining();
});
for (const [id, name] of [["rate", "rate"], ["penalty", "penalty"], ["batch", "batch"]]) {
  byId(id).value = training[name];
  byId(id).addEventListener("input", () => {
    const number = Number(byId(id).value);
    if (!(number >= 0) || (id === "batch" && !(Number.isInteger(number) && number > 0))) return;
    training[name] = number;
    if (id === "batch") Object.assign(training, { asRecorded: false, queue: [] });
  });
}
byId("train").addEventListener("click", () => train(!running));
byId("once").addEventListener("click", () => { training.step(); showTraining(); });
byId("undo").addEventListener("click", () => { training.back(); showTraining(); });
byId("anew").addEventListener("click", () => {
  const { rows, truths, rate, penalty, batch, asRecorded } = training;
  training = Object.assign(new Training(program, start, task), { rows, truths, rate, penalty, batch, asRecorded });
  showTraining();
});
leafListeners.push((leaf, number) => { training.x[leaf] = number; });
listeners.splice(listeners.indexOf(remember), 1, showMemory); // no link holds a training
isChanged = () => true; // the numbers are the training's, never the drawing's
showTraining();
