"""What of the compiled engine is the same for every primitive: sums and products, and the passes.

A pass keeps what it computes in the nodes' adjoints and marks its visits there too; numbers grow
from pass to pass, so that what another has left means nothing. One pass owns the nodes at a time:
whoever comes in between, from a Python rule, takes the dictionary. The loops over nodes are C, in
``passes.h``; here stands what they are put together to.
"""

from __future__ import annotations

MANY = """
def step_sum(node: Value, g: float) -> None:
    n: i64 = count(node)
    i: i64 = 0
    while i < n:
        if is_node(node, i):
            gain(node, i, g)
        i += 1

def step_dot(node: Value, g: float) -> None:
    n: i64 = count(node)
    half: i64 = n // 2
    i: i64 = 0
    while i < n:
        if is_node(node, i):
            gain(node, i, g * at(node, i + half if i < half else i - half))
        i += 1

def step_general(node: Value, g: float) -> None:
    op: Any = node.op
    n: i64 = count(node)
    wanted = [is_node(node, i) for i in range(n)]
    partials: Any = op.local_at(node._data, operand_values(node), wanted)
    selects: bool = op.selects
    for i in range(n):
        partial = partials[i]
        if wanted[i] and partial is not None:
            p: float = partial
            if p != 0.0 or not selects:
                gain(node, i, g * p)

def fresh_sum(node: Value) -> float:
    n: i64 = count(node)
    i: i64 = 0
    total = 0.0
    while i < n:
        total += waiting(node, i)
        i += 1
    return total

def fresh_dot(node: Value) -> float:
    half: i64 = count(node) // 2
    i: i64 = 0
    total = 0.0
    while i < half:
        total += waiting(node, i) * waiting(node, i + half)
        i += 1
    return total

def fresh_general(node: Value) -> float:
    op: Any = node.op
    numbers = [waiting(node, i) for i in range(count(node))]
    return cast(float, op.evaluate(*numbers))
"""

PASSES = """
# A with statement would look both up each time, far from all else that a pass touches.
ACQUIRE: Final[Any] = committing.acquire
RELEASE: Final[Any] = committing.release

def committed_with_values() -> None:
    others: list[Any] = []
    leaves = cast(list[Any], listed(True))
    for leaf in leaves:
        node = cast(Value, leaf)
        grad = node._grad
        if type(grad) is float:
            f: float = grad
            node._adjoint = f + node._adjoint
        elif type(grad) is not Epoch:  # a gradient that is itself recorded
            others.append((node, grad + node._adjoint))
    for leaf in leaves:
        cast(Value, leaf)._grad = TAKEN
    for leaf, total in others:
        cast(Value, leaf)._grad = total
    committed(False)

def clear(nodes: list[Any]) -> None:
    fresh: Any = epoch()
    for given in nodes:
        node = cast(Value, given)
        node._grad = fresh if node.op is None else RESTORED

def differentiate(roots: list[Any], weights: list[Any]) -> None:
    if ACTIVE_MODES and ANOMALY.get() is not None:
        by_dictionary(roots, weights)
        return
    if not begun():
        by_dictionary(roots, weights)
        return
    try:
        before: Any = epoch()
        walked(roots, False)
        if not unchanged():  # a leaf has changed, or there was a pass
            checked()
        if not unchanged():
            require_current(listed(False))  # which says where
        for i in range(len(roots)):
            seed(roots[i], number(weights[i]))
        swept()
        if epoch() is not before:  # a rule, or a thread meanwhile, has given a leaf another number
            require_current(listed(False))
        ACQUIRE()
        try:
            if of_numbers():
                committed(True)
            else:
                committed_with_values()
        finally:
            RELEASE()
    except BaseException:
        restored()
        raise
    finally:
        ended()

def adjoints_over(record: Any, roots: Any, weights: Any) -> Any:
    if ACTIVE_MODES and ANOMALY.get() is not None:
        return adjoints_by_dictionary(record, roots, weights)
    if not begun():
        return adjoints_by_dictionary(record, roots, weights)
    order = cast(list[Value], record[0])
    adjoint = cast(dict[Any, Any], record[1])
    try:
        for reached in adjoint:
            node = cast(Value, reached)
            if node._grad is TAKEN:  # it stays, whatever this pass finds
                node._grad = node._adjoint
            node._adjoint = 0.0
        for i in range(len(roots)):
            seed(roots[i], number(weights[i]))
        swept_list(order)
        found: dict[Any, Any] = {}
        for reached in adjoint:
            found[reached] = reached_adjoint(reached)
        require_unchanged(order)
        return found
    finally:
        ended()

def record_of(roots: Any) -> Any:
    order: list[Value] = []
    adjoint: dict[Any, Any] = {}
    zero: Any = 0.0
    stack: list[Any] = list(roots)
    stack.reverse()
    while stack:
        top = stack.pop()
        if top is None:
            order.append(cast(Value, stack.pop()))
            continue
        if top in adjoint:
            continue
        adjoint[top] = zero
        node = cast(Value, top)
        if node.op is None:
            continue
        stack.append(node)
        stack.append(None)
        left = node._left
        right = node._right
        if type(left) is tuple:
            many = cast(tuple[Any, ...], left)
            i = len(many) - 1
            while i >= 0:
                x = many[i]
                i -= 1
                if type(x) is not float:
                    stack.append(x)
            continue
        if right is not None and type(right) is not float:
            stack.append(right)
        if type(left) is not float:
            stack.append(left)
    return order, adjoint

def record_within(nodes: Any, roots: Any) -> Any:
    order: list[Value] = []
    zero: Any = 0.0
    adjoint: dict[Any, Any] = dict.fromkeys(roots, zero)
    made = cast(list[Any], nodes)
    i = len(made) - 1
    while i >= 0:
        node = cast(Value, made[i])
        i -= 1
        if node in adjoint and node.op is not None:
            order.append(node)
            for x in operands_of(node):
                if type(x) is not float:
                    adjoint[x] = zero
    order.reverse()
    return order, adjoint

def reevaluate(roots: list[Any]) -> None:
    if ACTIVE_MODES and ANOMALY.get() is not None:
        reevaluate_by_dictionary(roots)
        return
    if not begun():
        reevaluate_by_dictionary(roots)
        return
    try:
        before: Any = epoch()
        walked(roots, True)
        refreshed()
        same: bool = epoch() is before
        EPOCH[0] = Epoch()  # what was recorded from the old numbers must not look fresh
        renewed()
        EPOCH[0] = Epoch()
        dated(epoch() if same else RESTORED)
    finally:
        ended()

def forked_child() -> None:
    forked()

def see(nodes: Any) -> None:
    for node in record_of(nodes)[1]:
        track(node)

SEES.append(see)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forked_child)
install(Value(0.0))
"""
