"""What of the compiled engine is the same for every primitive: sums and products, and the passes.

A pass keeps what it computes in the nodes' adjoints and marks its visits there too; numbers grow
from pass to pass, so that what another has left means nothing. One pass owns the nodes at a time:
whoever comes in between, from a Python rule, takes the dictionary.
"""

from __future__ import annotations

MANY = """
def step_sum(node: Value, g: float) -> None:
    for x in cast(tuple[Any, ...], node._left) if type(node._left) is tuple else operands_of(node):
        if type(x) is not float:
            cast(Value, x)._adjoint += g

def step_dot(node: Value, g: float) -> None:
    operands = operands_of(node)
    n = len(operands)
    half = n // 2
    for i in range(n):
        x = operands[i]
        if type(x) is not float:
            y = operands[i + half if i < half else i - half]
            if type(y) is float:
                f: float = y
                cast(Value, x)._adjoint += g * f
            else:
                cast(Value, x)._adjoint += g * cast(Value, y)._data

def step_general(node: Value, g: float) -> None:
    op: Any = node.op
    operands = operands_of(node)
    wanted = [type(x) is not float for x in operands]
    partials: Any = op.local_at(node._data, operand_values(node), wanted)
    selects: bool = op.selects
    for i in range(len(operands)):
        partial = partials[i]
        if wanted[i] and partial is not None:
            p: float = partial
            if p != 0.0 or not selects:
                cast(Value, operands[i])._adjoint += g * p

def fresh_number(x: Any) -> float:
    if type(x) is float:
        return cast(float, x)
    return cast(Value, x)._adjoint

def fresh_sum(node: Value) -> float:
    total = 0.0
    for x in operands_of(node):
        total += fresh_number(x)
    return total

def fresh_dot(node: Value) -> float:
    operands = operands_of(node)
    half = len(operands) // 2
    total = 0.0
    for i in range(half):
        total += fresh_number(operands[i]) * fresh_number(operands[i + half])
    return total

def fresh_general(node: Value) -> float:
    op: Any = node.op
    numbers = [fresh_number(x) for x in operands_of(node)]
    return cast(float, op.evaluate(*numbers))
"""

PASSES = """
def walk(
    roots: list[Any], number: i64, order: list[Value], leaves: list[Value], kept: bool
) -> bool:
    unchanged = True
    epoch: Any = first(EPOCH)
    entered: i64 = number * 2
    done: i64 = entered + 1
    stack: list[Value] = list(roots)
    stack.reverse()
    while stack:
        node = stack[-1]
        if node._mark >= entered:
            if node._mark == entered:
                node._mark = done
                order.append(node)
            stack.pop()
            continue
        if kept and node._grad is TAKEN:
            node._grad = node._adjoint
        node._adjoint = 0.0
        if node.op is None:
            node._mark = done
            leaves.append(node)
            stack.pop()
            continue
        node._mark = entered
        if node._grad is not epoch:
            unchanged = False
        left = node._left
        right = node._right
        before = len(stack)
        if type(left) is tuple:
            many = cast(tuple[Any, ...], left)
            i = len(many) - 1
            while i >= 0:
                each = many[i]
                i -= 1
                if type(each) is not float:
                    x = cast(Value, each)
                    if x._mark < entered:
                        if x.op is None:
                            x._mark = done
                            x._adjoint = 0.0
                            leaves.append(x)
                        else:
                            stack.append(x)
        else:
            if right is not None and type(right) is not float:
                x = cast(Value, right)
                if x._mark < entered:
                    if x.op is None:
                        x._mark = done
                        x._adjoint = 0.0
                        leaves.append(x)
                    else:
                        stack.append(x)
            if type(left) is not float:
                x = cast(Value, left)
                if x._mark < entered:
                    if x.op is None:
                        x._mark = done
                        x._adjoint = 0.0
                        leaves.append(x)
                    else:
                        stack.append(x)
        if len(stack) == before:  # nothing to wait for
            node._mark = done
            order.append(node)
            stack.pop()
    return unchanged

def pull_back(order: list[Value]) -> None:
    i = len(order) - 1
    while i >= 0:
        node = order[i]
        i -= 1
        g = node._adjoint
        if g != 0.0:
            step(node, g)

def commit(order: list[Value], leaves: list[Value]) -> None:
    others: list[Any] = []
    for node in leaves:
        grad = node._grad
        if type(grad) is float:
            f: float = grad
            node._adjoint = f + node._adjoint
        elif type(grad) is not Epoch:  # a gradient that is itself recorded
            others.append((node, grad + node._adjoint))
    for node in leaves:
        node._grad = node._adjoint
    for leaf, total in others:
        cast(Value, leaf)._grad = total
    for node in order:
        node._grad = TAKEN

def clear(nodes: list[Any]) -> None:
    fresh: Any = first(EPOCH)
    for given in nodes:
        node = cast(Value, given)
        node._grad = fresh if node.op is None else RESTORED

NUMBERS: Final[list[int]] = [0]
UNDER_WAY: Final[dict[int, int]] = {}

def differentiate(roots: list[Any], weights: list[Any]) -> None:
    if ACTIVE_MODES and ANOMALY.get() is not None:
        by_dictionary(roots, weights)
        return
    NUMBERS[0] += 1
    number = NUMBERS[0]
    UNDER_WAY[number] = number
    order: list[Value] = []
    leaves: list[Value] = []
    try:
        if list(UNDER_WAY)[0] != number:
            by_dictionary(roots, weights)
            return
        if not walk(roots, number, order, leaves, False):
            require_current(order)
        for i in range(len(roots)):
            weight = weights[i]
            w: float = weight if type(weight) is float else cast(Value, weight)._data
            cast(Value, roots[i])._adjoint += w
        pull_back(order)
        with committing:
            commit(order, leaves)
    except BaseException:
        for node in order:  # an adjoint that is not finished is not a gradient
            node._grad = RESTORED
        raise
    finally:
        UNDER_WAY.pop(number, 0)

def adjoints_over(record: Any, roots: Any, weights: Any) -> Any:
    if ACTIVE_MODES and ANOMALY.get() is not None:
        return adjoints_by_dictionary(record, roots, weights)
    NUMBERS[0] += 1
    number = NUMBERS[0]
    UNDER_WAY[number] = number
    order = cast(list[Value], record[0])
    adjoint = cast(dict[Any, Any], record[1])
    try:
        if list(UNDER_WAY)[0] != number:
            return adjoints_by_dictionary(record, roots, weights)
        for reached in adjoint:
            node = cast(Value, reached)
            if node._grad is TAKEN:  # it stays, whatever this pass finds
                node._grad = node._adjoint
            node._adjoint = 0.0
        for i in range(len(roots)):
            weight = weights[i]
            w: float = weight if type(weight) is float else cast(Value, weight)._data
            cast(Value, roots[i])._adjoint += w
        pull_back(order)
        found: dict[Any, Any] = {}
        for reached in adjoint:
            found[reached] = cast(Value, reached)._adjoint
        require_unchanged(order)
        return found
    finally:
        UNDER_WAY.pop(number, 0)

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
    NUMBERS[0] += 1
    number = NUMBERS[0]
    UNDER_WAY[number] = number
    order: list[Value] = []
    leaves: list[Value] = []
    try:
        if list(UNDER_WAY)[0] != number:
            reevaluate_by_dictionary(roots)
            return
        walk(roots, number, order, leaves, True)
        for node in leaves:
            node._adjoint = node._data
        for node in order:
            node._adjoint = fresh(node)
        EPOCH[0] = Epoch()  # what was recorded from the old numbers must not look fresh
        for node in order:
            node._data = node._adjoint
        epoch: Any = Epoch()
        EPOCH[0] = epoch
        for node in order:
            node._grad = epoch
    finally:
        UNDER_WAY.pop(number, 0)
"""
