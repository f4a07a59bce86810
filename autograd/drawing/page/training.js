// Training in the page: steps over batches, by the program of one example.
"use strict";

// A training: parameters, what the optimiser remembers of each, and how far the steps have come.
class Training {
  constructor(program, leaves, task) {
    this.task = task;
    this.compiled = straightLine(program, [], task.parameters);
    this.x = Float64Array.from(leaves);
    this.rows = task.rows.map((row) => row.slice());
    this.truths = task.truths.slice();
    this.sides = task.sides.slice();
    this.rate = task.rate;
    this.penalty = task.penalty;
    this.batch = task.batch;
    this.memory = task.memory.map((numbers) => numbers.map(Number));
    this.losses = [];
    this.past = [];
    this.asRecorded = true; // while the batches are those that `fit` takes
    this.queue = [];
    this.seed = 1;
  }

  get parameters() {
    return this.task.parameters.map((leaf) => this.x[leaf]);
  }

  // The numbers of the next batch: those that the file carries, then shuffled anew.
  next() {
    if (this.asRecorded && this.losses.length < this.task.orders.length) {
      return this.task.orders[this.losses.length];
    }
    if (!this.queue.length || this.queue[0].some((i) => i >= this.rows.length)) {
      const order = this.rows.map((_, i) => i);
      for (let i = order.length - 1; i > 0; i--) {
        this.seed = (this.seed * 48271) % 2147483647; // Park and Miller
        const j = this.seed % (i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      this.queue = [];
      while (order.length) this.queue.push(order.splice(0, this.batch));
    }
    return this.queue.shift();
  }

  at(row, truth) {
    this.task.inputs.forEach((leaf, i) => { if (leaf >= 0) this.x[leaf] = row[i]; });
    this.task.targets.forEach((leaf, i) => { if (leaf >= 0) this.x[leaf] = truth[i]; });
    return this.x;
  }

  step() {
    if (!this.rows.length) return;
    const chosen = this.next();
    const { parameters } = this.task;
    const sums = new Float64Array(parameters.length);
    let total = 0;
    for (const i of chosen) {
      total += this.compiled.addGradient(this.at(this.rows[i], this.truths[i]), sums);
    }
    const before = this.parameters;
    const share = this.task.scale / chosen.length;
    this.past.push([before, this.memory]);
    if (this.past.length > 500) this.past.shift();
    this.memory = this.memory.map((memory, k) => {
      const data = before[k];
      const slope = share * sums[k] + 2 * this.penalty * data;
      const [moved, ...kept] = UPDATE(data, slope, this.rate, ...memory);
      this.x[parameters[k]] = moved;
      return kept;
    });
    this.losses.push(share * total);
  }

  back() {
    if (!this.past.length) return;
    const [numbers, memory] = this.past.pop();
    this.task.parameters.forEach((leaf, k) => { this.x[leaf] = numbers[k]; });
    this.memory = memory;
    this.losses.pop();
  }
}
