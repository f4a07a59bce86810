"""The engine: one chapter, to be read in this order.

1. :mod:`~autograd.engine.node`: the slots of one recorded number;
2. :mod:`~autograd.engine.value`: arithmetic on it (and :mod:`~autograd.engine.methods`,
   :mod:`~autograd.engine.comparisons`);
3. :mod:`~autograd.engine.record`: a primitive applied and remembered;
4. :mod:`~autograd.engine.order`: what a result was made of, operands first;
5. :mod:`~autograd.engine.sweep`: the chain rule, in a dozen lines;
6. :mod:`~autograd.engine.backward`: how the leaves get their gradients, all or none (and
   :mod:`~autograd.engine.recomputing`, how a graph follows its leaves);
7. :mod:`~autograd.engine.higher`: the same rule recorded, for derivatives of derivatives.

Beside it stand the modes (``no_grad`` …), names, pickling, what ``detect_anomaly`` tells, the words
of :mod:`~autograd.engine.micrograd`, functions of containers (:mod:`~autograd.engine.elementwise`)
and NumPy's own (:mod:`~autograd.engine.ufuncs`). Two accelerators give the same bits faster:
:mod:`~autograd.engine.generated`, Python written from the table, with the pass of
:mod:`~autograd.engine.slots` and the steps of :mod:`~autograd.engine.chain_rule`; and an optional
build ahead of time. :mod:`~autograd.engine.accelerator` says which one runs.
"""

from autograd.engine.accelerator import start

start()
