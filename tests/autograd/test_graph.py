"""Traversals of graphs of anything."""

from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, exp
from autograd.engine.order import record_of
from autograd.graph import consumers, depths, topological_order

# Node i has parents among the nodes before it: every such list is a graph without cycles.
GRAPHS = st.lists(st.lists(st.integers(0, 10**6), max_size=4), min_size=1, max_size=40).map(
    lambda rows: [[p % i for p in row] if i else [] for i, row in enumerate(rows)]
)


@given(GRAPHS)
def test_parents_come_first_and_nothing_twice(graph):
    """The order holds all ancestors of the root, once each."""
    root = len(graph) - 1
    order = topological_order([root], graph.__getitem__)
    position = {node: i for i, node in enumerate(order)}
    assert len(position) == len(order)
    assert order[-1] == root
    for node in order:
        assert all(position[parent] < position[node] for parent in graph[node])
    depth = depths(order, graph.__getitem__)
    for node in order:
        assert depth[node] == max((depth[p] + 1 for p in graph[node]), default=0)
    assert sum(consumers(order, graph.__getitem__).values()) == sum(len(graph[n]) for n in order)


@given(GRAPHS)
def test_the_fast_order_of_values_is_a_topological_order_too(graph):
    """The specialised traversal reaches the same nodes, parents first."""
    values = []
    for parents in graph:
        if not parents:
            values.append(Value(0.5))
        elif len(parents) == 1:
            values.append(exp(values[parents[0]] * 0.1))
        else:
            values.append(sum((values[p] for p in parents[1:]), values[parents[0]]))
    order, adjoint = record_of([values[-1]])
    assert set(adjoint) == set(topological_order([values[-1]]))
    seen = {node for node in adjoint if node.op is None}
    for node in order:
        assert all(parent in seen for parent in node.parents)
        seen.add(node)
    assert seen == set(adjoint)
