"""Shuffled numbers: what ``random.shuffle`` makes of 0, 1, 2 …, in a twentieth of its time.

Machine code draws from the generator itself, whose numbers CPython keeps behind the head of the
object: the next number's place, then the 624 of the Mersenne Twister (Matsumoto and Nishimura,
1998). The interpreter's lock is held meanwhile. Whether both give the same is tried at first; where
they do not, Python shuffles. Next: :mod:`autograd.program.descent`.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from autograd.program.executor import numpy_or_error
from autograd.program.loop.native.compiler import can_compile, compiled_functions

if TYPE_CHECKING:
    from autograd.arrays import Array

__all__ = ["shuffled", "shuffles"]

WORDS = 624
HEAD = object.__basicsize__
FEW = 16
"""Numbers that Python shuffles sooner than they are handed over."""

# A row of numbers for each time. From the last place on, each is exchanged with one up to it, which
# is drawn by its leading bits until it is small enough.
SHUFFLE = """
declare i32 @llvm.ctlz.i32(i32, i1)
define internal void @twist(ptr %words) {
start:
  br label %word
word:
  %k = phi i64 [0, %start], [%k.next, %word]
  %k.next = add i64 %k, 1
  %last = icmp eq i64 %k.next, 624
  %k.after = select i1 %last, i64 0, i64 %k.next
  %k.far = add i64 %k, 397
  %beyond = icmp uge i64 %k.far, 624
  %k.round = sub i64 %k.far, 624
  %k.other = select i1 %beyond, i64 %k.round, i64 %k.far
  %here = getelementptr i32, ptr %words, i64 %k
  %after = getelementptr i32, ptr %words, i64 %k.after
  %other = getelementptr i32, ptr %words, i64 %k.other
  %a = load i32, ptr %here
  %b = load i32, ptr %after
  %c = load i32, ptr %other
  %high = and i32 %a, u0x80000000
  %low = and i32 %b, u0x7fffffff
  %joined = or i32 %high, %low
  %half = lshr i32 %joined, 1
  %odd = and i32 %joined, 1
  %mask = sub i32 0, %odd
  %matrix = and i32 %mask, u0x9908b0df
  %mixed = xor i32 %c, %half
  %new = xor i32 %mixed, %matrix
  store i32 %new, ptr %here
  br i1 %last, label %end, label %word
end:
  ret void
}
define void @shuffle(ptr %state, ptr %order, i64 %count, i64 %times) {
start:
  %words = getelementptr i32, ptr %state, i64 1
  %some = icmp sgt i64 %count, 0
  br i1 %some, label %row, label %end
row:
  %t = phi i64 [0, %start], [%t.next, %next]
  %first = mul i64 %t, %count
  %to = getelementptr i64, ptr %order, i64 %first
  br label %fill
fill:
  %f = phi i64 [0, %row], [%f.next, %fill]
  %f.at = getelementptr i64, ptr %to, i64 %f
  store i64 %f, ptr %f.at
  %f.next = add i64 %f, 1
  %filled = icmp eq i64 %f.next, %count
  br i1 %filled, label %begin, label %fill
begin:
  %begin.i = sub i64 %count, 1
  br label %place
place:
  %i = phi i64 [%begin.i, %begin], [%i.next, %exchange]
  %more = icmp sgt i64 %i, 0
  br i1 %more, label %bits, label %next
bits:
  %many = add i64 %i, 1
  %many.32 = trunc i64 %many to i32
  %shift = call i32 @llvm.ctlz.i32(i32 %many.32, i1 true)
  br label %draw
draw:
  %at = load i32, ptr %state
  %used = icmp sge i32 %at, 624
  br i1 %used, label %renew, label %take
renew:
  call void @twist(ptr %words)
  br label %take
take:
  %now = phi i32 [%at, %draw], [0, %renew]
  %then = add i32 %now, 1
  store i32 %then, ptr %state
  %now.64 = zext i32 %now to i64
  %word.at = getelementptr i32, ptr %words, i64 %now.64
  %y0 = load i32, ptr %word.at
  %s1 = lshr i32 %y0, 11
  %y1 = xor i32 %y0, %s1
  %s2 = shl i32 %y1, 7
  %m2 = and i32 %s2, u0x9d2c5680
  %y2 = xor i32 %y1, %m2
  %s3 = shl i32 %y2, 15
  %m3 = and i32 %s3, u0xefc60000
  %y3 = xor i32 %y2, %m3
  %s4 = lshr i32 %y3, 18
  %y4 = xor i32 %y3, %s4
  %drawn = lshr i32 %y4, %shift
  %j = zext i32 %drawn to i64
  %large = icmp ugt i64 %j, %i
  br i1 %large, label %draw, label %exchange
exchange:
  %i.at = getelementptr i64, ptr %to, i64 %i
  %j.at = getelementptr i64, ptr %to, i64 %j
  %x = load i64, ptr %i.at
  %z = load i64, ptr %j.at
  store i64 %z, ptr %i.at
  store i64 %x, ptr %j.at
  %i.next = sub i64 %i, 1
  br label %place
next:
  %t.next = add i64 %t, 1
  %again = icmp slt i64 %t.next, %times
  br i1 %again, label %row, label %end
end:
  ret void
}
"""


def shuffled(rng: Random, count: int) -> list[int]:
    """The numbers from 0 on, as ``rng.shuffle`` orders them; it has drawn what that draws.

    >>> order = list(range(20))
    >>> Random(7).shuffle(order)
    >>> shuffled(Random(7), 20) == order
    True
    """
    if FEW <= count < 2**31 and "llvmlite" in sys.modules and _is_plain(rng) and is_alike():
        row = (ctypes.c_int64 * count)()
        _shuffle()(id(rng) + HEAD, ctypes.addressof(row), count, 1)
        return row[:]
    order = list(range(count))
    rng.shuffle(order)
    return order


def shuffles(rng: Random, count: int, times: int) -> Array:
    """The same so many times, a row each."""
    orders: Array = numpy_or_error().empty((times, count), "int64")
    if 0 < count < 2**31 and times and can_compile() and _is_plain(rng) and is_alike():
        _shuffle()(id(rng) + HEAD, orders.ctypes.data, count, times)
    else:
        for row in orders:
            row[:] = shuffled(rng, count)
    return orders


def _is_plain(rng: Random) -> bool:
    """Whether a generator draws and shuffles as its class does; not if it has functions of its own,
    as tests give it.
    """
    return type(rng) is Random and vars(rng).keys() == {"gauss_next"}


@cache
def is_alike() -> bool:
    """Whether this Python's generators are as the machine code takes them to be."""
    fits = HEAD == 16 and Random.__basicsize__ >= HEAD + 4 * (1 + WORDS)  # and there is a lock
    if sys.implementation.name != "cpython" or not fits:
        return False
    for seed, skipped in ((1, 0), (2, 3), (3, WORDS), (4, 1000)):
        one, other = Random(seed), Random(seed)
        for _ in range(skipped):
            one.getrandbits(32), other.getrandbits(32)
        words = (ctypes.c_uint32 * (1 + WORDS)).from_address(id(one) + HEAD)
        if (*words[1:], words[0]) != one.getstate()[1]:
            return False
        order, row = list(range(400)), (ctypes.c_int64 * 400)()
        other.shuffle(order)
        _shuffle()(id(one) + HEAD, ctypes.addressof(row), 400, 1)
        if row[:] != order or one.getstate() != other.getstate():
            return False
    return True


@cache
def _shuffle() -> Any:
    (address,) = compiled_functions(SHUFFLE, ["shuffle"])
    return ctypes.PYFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 2)(address)
