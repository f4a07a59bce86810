// The plane: what a model of two inputs says of every point, and the data on it, on a canvas.
"use strict";

const CELLS = 40;
const plane = byId("plane");
const rgb = (hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
const layer = (side) => Object.assign(document.createElement("canvas"), { width: side, height: side });

class Surface {
  constructor(task) {
    this.task = task;
    this.outputs = straightLine(task.program, task.outputs).outputs;
    this.x = new Float64Array(task.places.length);
    this.at = [task.places.indexOf(-1), task.places.indexOf(-2)]; // a model may ignore an input
    this.cells = new ImageData(CELLS, CELLS);
    this.small = layer(CELLS);
    this.points = layer(plane.width);
    this.output = 0; // of several that are shown one by one
    this.work = 0; // cells computed so far
  }

  get colours() {
    return this.task.colours.map((pair) => pair[Number(theme("--night"))]);
  }

  // The numbers of the page's leaves, and of those that only the plane has.
  take(leaves, own = []) {
    let k = 0;
    this.task.places.forEach((place, i) => {
      if (place === null) this.x[i] = own[k++] ?? 0;
      else if (place >= 0) this.x[i] = leaves[place];
    });
  }

  onPlane([x, y]) {
    const [[left, right], [bottom, top]] = this.task.bounds;
    return [((x - left) / (right - left)) * plane.width, ((top - y) / (top - bottom)) * plane.height];
  }

  fromPlane(x, y) {
    const [[left, right], [bottom, top]] = this.task.bounds;
    return [left + (x / plane.width) * (right - left), top - (y / plane.height) * (top - bottom)];
  }

  // The colour of a cell and how strongly it has it, from 0 to 1; -1 where nothing is known.
  tint(shades) {
    if (!this.task.exclusive) {
      const shade = shades[this.output];
      return Number.isFinite(shade) ? [Number(shade > 0), Math.abs(shade)] : [0, 0];
    }
    let best = 0;
    for (let k = 1; k < shades.length; k++) if (shades[k] > shades[best]) best = k;
    const even = shades.length > 1 ? 1 / shades.length : 0;
    const strength = (shades[best] - even) / (1 - even);
    return [best, Number.isFinite(strength) ? strength : 0];
  }

  // Every `part`-th row of cells, from row `first` on, anew.
  compute(first, part) {
    const paper = rgb(theme("--paper"));
    const colours = this.colours.map(rgb);
    const { data } = this.cells;
    for (let down = first; down < CELLS; down += part) {
      const [, y] = this.fromPlane(0, ((down + 0.5) / CELLS) * plane.height);
      for (let across = 0; across < CELLS; across++) {
        const [x] = this.fromPlane(((across + 0.5) / CELLS) * plane.width, 0);
        if (this.at[0] >= 0) this.x[this.at[0]] = x;
        if (this.at[1] >= 0) this.x[this.at[1]] = y;
        const [which, strength] = this.tint(this.outputs(this.x));
        const at = 4 * (down * CELLS + across);
        for (let c = 0; c < 3; c++) {
          data[at + c] = paper[c] + 0.55 * strength * (colours[which][c] - paper[c]);
        }
        data[at + 3] = 255;
        this.work++;
      }
    }
    this.small.getContext("2d").putImageData(this.cells, 0, 0);
  }

  // The points in the colours of their sides, one chosen; drawn anew only when one changes.
  mark(rows, sides, chosen) {
    const pen = this.points.getContext("2d");
    const [paper, accent, colours] = [theme("--paper"), theme("--accent"), this.colours];
    pen.clearRect(0, 0, plane.width, plane.height);
    rows.forEach((row, i) => {
      const side = this.task.exclusive ? sides[i][0] : Number(sides[i][this.output] > 0);
      pen.beginPath();
      pen.arc(...this.onPlane(row), i === chosen ? 7 : 4, 0, 7);
      pen.fillStyle = colours[side % colours.length] ?? theme("--dead");
      pen.fill();
      pen.lineWidth = i === chosen ? 3 : 1;
      pen.strokeStyle = i === chosen ? accent : paper;
      pen.stroke();
    });
  }

  draw(first = 0, part = 1) {
    this.compute(first, part);
    const pen = plane.getContext("2d");
    pen.drawImage(this.small, 0, 0, plane.width, plane.height);
    pen.drawImage(this.points, 0, 0);
  }
}

const surface = new Surface(content.plane);
if (!content.side) {
  const follow = () => {
    surface.take(leaves, moments[time].own.map(Number));
    surface.draw();
  };
  const mark = () => surface.mark(content.plane.rows, content.plane.sides, -1);
  dyers.push(() => { mark(); follow(); });
  listeners.push(follow);
  mark();
  follow();
}
