"""The two plain engines that the eager benchmark compares with, each as people write it.

``Closure``: every node carries a function that knows how to pass its gradient on.
``Stored``: every node carries its operands and the local derivatives by them, in slots; it has
what a small GPT needs, too. Both sort without recursion, so that they survive long
chains.
"""

import math


def _sorted(root, parents):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((p, False) for p in parents(node) if p not in seen)
    return order


class Closure:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self._children = set(children)
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Closure) else Closure(other)
        out = Closure(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Closure) else Closure(other)
        out = Closure(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Closure(t, (self,))

        def _backward():
            self.grad += (1 - t * t) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order = _sorted(self, lambda node: node._children)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


class Stored:
    __slots__ = ("data", "grad", "local", "parents")

    def __init__(self, data, parents=(), local=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local = local

    def __add__(self, other):
        other = other if isinstance(other, Stored) else Stored(other)
        return Stored(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Stored) else Stored(other)
        return Stored(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Stored(t, (self,), (1 - t * t,))

    def exp(self):
        e = math.exp(self.data)
        return Stored(e, (self,), (e,))

    def log(self):
        return Stored(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return Stored(max(0.0, self.data), (self,), (float(self.data > 0),))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Stored(s, (self,), (s * (1 - s),))

    def __pow__(self, other):
        return Stored(self.data**other, (self,), (other * self.data ** (other - 1),))

    def __truediv__(self, other):
        other = other if isinstance(other, Stored) else Stored(other)
        local = (1 / other.data, -self.data / other.data**2)
        return Stored(self.data / other.data, (self, other), local)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order = _sorted(self, lambda node: node.parents)
        self.grad = 1.0
        for node in reversed(order):
            grad = node.grad
            for parent, local in zip(node.parents, node.local):
                parent.grad += local * grad
