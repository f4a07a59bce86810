"""How fast live pages are, in Chromium: `python -m tests.benchmarks.pages`.

A frame of a screen lasts 16.7 ms: so long may an update of a graph of 3,000 nodes take, and so long
a step of the playground with all that it shows.
"""

import random
import tempfile
from pathlib import Path

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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        path = Path(folder) / "page.html"
        draw(graph(2000)).save(path)
        page = browser.open(path, *SIZE, calm=True)
        nodes = page.evaluate("program.nodes.length")
        compute = milliseconds(page, "evaluate(program, leaves)")
        shown = milliseconds(page, "changeLeaf(0, leaves[0] + 0.01)")
        print(f"graph of {nodes:,} nodes: computed in {compute:.2f} ms, shown in {shown:.2f} ms")
        playground().save(path)  # type: ignore[attr-defined]
        page = browser.open(path, *SIZE)
        answer = page.send(
            "Runtime.evaluate", expression=RATE, awaitPromise=True, returnByValue=True
        )
        step = milliseconds(page, "training.step()")
        rate = answer["result"]["value"]
        print(
            f"playground 2-16-16-1 of 200 points: {rate:.0f} frames a second, a step {step:.2f} ms"
        )


if __name__ == "__main__":
    main()
