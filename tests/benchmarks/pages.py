"""How fast live pages are, in Chromium: `python -m tests.benchmarks.pages`.

A frame of a screen lasts 16.7 ms: so long may an update of a graph of 3,000 nodes take, and so long
a step of the playground with all that it shows. An update is a leaf that was chosen and moves, so
that curve and chain rule follow; "busy" is what it costs with style, layout and painting.
"""

import random
import tempfile
from pathlib import Path
from typing import Any

import autograd
import nn
from autograd import Value, draw
from tests.browser import Browser, Page

SIZE = (1280, 800)
MEDIAN = """
((act, times) => {
  const took = Array.from({ length: times }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return took.sort((a, b) => a - b)[times >> 1];
})
"""
UPDATES = """
new Promise(async (done) => {
  for (let i = 0; i < 60; i++) {
    changeLeaf(chosenLeaf.node, leaves[leafOf.get(chosenLeaf.node)] + 0.001);
    await new Promise(requestAnimationFrame);
  }
  done();
})
"""
RATE = """
new Promise((done) => {
  byId("train").click();
  const began = performance.now();
  let frames = 0;
  const count = () => {
    frames += 1;
    const passed = performance.now() - began;
    if (passed < 3000) requestAnimationFrame(count);
    else { byId("train").click(); done((1000 * frames) / passed); }
  };
  requestAnimationFrame(count);
})
"""


def graph(count: int) -> Value:
    """A result of so many operations, each of operands from before."""
    rng = random.Random(0)
    nodes = [Value(rng.uniform(-1.0, 1.0), f"v{i}") for i in range(20)]
    while len(nodes) < count:
        a, b = rng.choice(nodes[-40:]), rng.choice(nodes[-40:])
        nodes.append(rng.choice((autograd.tanh(a + b), a * b, autograd.sin(a), a - 0.5 * b)))
    return autograd.sum(nodes)


def playground() -> object:
    """2-16-16-1 on 200 points."""
    X, y = nn.data.moons(200, noise=0.1, rng=1)
    model = nn.MLP(2, [16, 16, 1], activation="tanh", rng=0)
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    return nn.playground(model, X, y, loss=nn.binary_cross_entropy_with_logits, optimizer=optimizer)


def milliseconds(page: Page, act: str, times: int = 41) -> float:
    took: float = page.evaluate(f"{MEDIAN}(() => {{ {act} }}, {times})")
    return took


def waited(page: Page, promise: str) -> Any:
    """What a promise of the page brings."""
    answer = page.send(
        "Runtime.evaluate", expression=promise, awaitPromise=True, returnByValue=True
    )
    return answer["result"].get("value")


def busy(page: Page, promise: str) -> tuple[float, Any]:
    """How long the page's thread works until a promise is kept, in milliseconds; what it brings."""

    def total() -> float:
        metrics = page.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    page.send("Performance.enable")
    before = total()
    brought = waited(page, promise)
    return total() - before, brought


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        path = Path(folder) / "page.html"
        for limit in (150, None):
            draw(graph(2000), limit=limit).save(path)
            page = browser.open(path, *SIZE, calm=True)
            nodes, boxes = page.evaluate("[program.nodes.length, pictures[0].boxes.length]")
            page.evaluate("choose([...leafBoxes.values()][0])")
            compute = milliseconds(page, "evaluate(program, leaves)")
            shown = milliseconds(page, "changeLeaf(chosenLeaf.node, leaves[0] + 0.01)")
            whole = busy(page, UPDATES)[0] / 60
            print(
                f"graph of {nodes:,} nodes in {boxes:,} boxes: computed in {compute:.2f} ms, "
                f"written in {shown:.2f} ms, busy {whole:.1f} ms an update"
            )
        playground().save(path)  # type: ignore[attr-defined]
        page = browser.open(path, *SIZE)
        took, rate = busy(page, RATE)
        step = milliseconds(page, "training.step()")
        print(
            f"playground 2-16-16-1 of 200 points: {rate:.0f} frames a second, each busy "
            f"{took / (3 * rate):.1f} ms, a step {step:.2f} ms"
        )


if __name__ == "__main__":
    main()
