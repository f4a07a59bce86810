"""Lists of numbers as arrays: NumPy takes 40 ns for each number, and machine code 4.

Where llvmlite is loaded, lists are read as CPython lays them out. The interpreter's lock is held
and no Python code runs meanwhile, so nothing changes that is read; what another thread may have
changed before, all lengths, is looked at by the machine code. What is no list, tuple, float or int
of these very classes, and rows of unequal lengths, are left to NumPy. Next:
:mod:`autograd.program.arguments`.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.nested import is_array
from autograd.program.executor import numpy_or_error
from autograd.program.loop.native.compiler import compiled_functions

if TYPE_CHECKING:
    from autograd.arrays import Array
    from autograd.nested import Nest

__all__ = ["array_of", "regular"]

MANY = 500
"""Numbers from which on it pays."""

# Whether so many rows are lists or tuples of so many floats or ints, which are then there. An
# object has its type at 8; a list how many it holds at 16, and where they are at 24; a tuple has
# them there; a float its number at 16. An int beyond all floats is an error, which Python raises.
READER = """
declare double @PyLong_AsDouble(ptr)
define i1 @read(ptr %rows, i64 %n, i64 %columns, i64 %list, i64 %tuple, i64 %float, i64 %int,
                ptr %into) {
start:
  %count.at = getelementptr i8, ptr %rows, i64 16
  %count = load i64, ptr %count.at
  %as.many = icmp eq i64 %count, %n
  br i1 %as.many, label %begin, label %no
begin:
  %items.at = getelementptr i8, ptr %rows, i64 24
  %items = load ptr, ptr %items.at
  br label %row
row:
  %i = phi i64 [0, %begin], [%i.next, %next]
  %to = phi ptr [%into, %begin], [%to.next, %next]
  %row.at = getelementptr ptr, ptr %items, i64 %i
  %here = load ptr, ptr %row.at
  %kind.at = getelementptr i8, ptr %here, i64 8
  %kind = load i64, ptr %kind.at
  %is.list = icmp eq i64 %kind, %list
  %is.tuple = icmp eq i64 %kind, %tuple
  %is.row = or i1 %is.list, %is.tuple
  br i1 %is.row, label %measure, label %no
measure:
  %length.at = getelementptr i8, ptr %here, i64 16
  %length = load i64, ptr %length.at
  %fits = icmp eq i64 %length, %columns
  br i1 %fits, label %enter, label %no
enter:
  %inside = getelementptr i8, ptr %here, i64 24
  br i1 %is.list, label %follow, label %first
follow:
  %outside = load ptr, ptr %inside
  br label %first
first:
  %cells = phi ptr [%inside, %enter], [%outside, %follow]
  br label %cell
cell:
  %j = phi i64 [0, %first], [%j.next, %store]
  %cell.at = getelementptr ptr, ptr %cells, i64 %j
  %x = load ptr, ptr %cell.at
  %type.at = getelementptr i8, ptr %x, i64 8
  %type = load i64, ptr %type.at
  %is.float = icmp eq i64 %type, %float
  br i1 %is.float, label %number, label %other
number:
  %number.at = getelementptr i8, ptr %x, i64 16
  %held = load double, ptr %number.at
  br label %store
other:
  %is.int = icmp eq i64 %type, %int
  br i1 %is.int, label %whole, label %no
whole:
  %rounded = call double @PyLong_AsDouble(ptr %x)
  br label %store
store:
  %value = phi double [%held, %number], [%rounded, %whole]
  %value.at = getelementptr double, ptr %to, i64 %j
  store double %value, ptr %value.at
  %j.next = add i64 %j, 1
  %more.cells = icmp slt i64 %j.next, %columns
  br i1 %more.cells, label %cell, label %next
next:
  %to.next = getelementptr double, ptr %to, i64 %columns
  %i.next = add i64 %i, 1
  %more = icmp slt i64 %i.next, %n
  br i1 %more, label %row, label %yes
yes:
  ret i1 1
no:
  ret i1 0
}
"""


def array_of(given: Nest | Iterable[Iterable[float]]) -> Array | None:
    """Many numbers in a list, or in lists or tuples of one length, as floats; None of all else.

    >>> array_of([[1.0, 2.0]]) is None  # so few are read before llvmlite is loaded
    True
    """
    if type(given) is not list or not given or "llvmlite" not in sys.modules or not is_laid_out():
        return None
    try:
        rows: list[Any] = [given] if type(given[0]) in (float, int) else given
        count, first = len(rows), rows[0]
        columns = len(first) if type(first) in (list, tuple) else 0
        if count * columns < MANY:
            return None
        found: Array = numpy_or_error().empty((count, columns))
        kinds = id(list), id(tuple) * (tuple.__basicsize__ == 24), id(float), id(int)
        read = reader()(rows, count, columns, *kinds, found.ctypes.data)
    except (OverflowError, IndexError):  # an int beyond all floats; a list emptied meanwhile
        return None
    return (found if rows is given else found[0]) if read else None


def regular(things: Nest | Iterable[Iterable[float]], axes: int) -> Array | None:
    """An array of finite numbers along at least so many axes; None of anything else.

    >>> print(regular([[1, 2], [3, 4]], 2), regular([[1], [2, 3]], 2))
    [[1 2]
     [3 4]] None
    """
    np = numpy_or_error()
    if isinstance(things, (list, tuple)):
        listed = array_of(things)
        try:
            # Of its own type: text and mixtures are none of numbers.
            things = np.array(things) if listed is None else listed
        except (TypeError, ValueError):  # ragged
            return None
    numbers = is_array(things) and things.dtype.kind in "fiu" and things.size > 0
    found: Any = things
    return found if numbers and found.ndim >= axes and np.isfinite(found).all() else None


@cache
def is_laid_out() -> bool:
    """Whether this Python's objects are as the reader takes them to be: not without a lock."""
    sizes = object.__basicsize__, float.__basicsize__, list.__basicsize__
    return sys.implementation.name == "cpython" and sizes == (16, 24, 40)


@cache
def reader() -> Any:
    """The function above, compiled or loaded."""
    import llvmlite.binding as llvm

    rounding = ctypes.cast(ctypes.pythonapi.PyLong_AsDouble, ctypes.c_void_p).value
    llvm.add_symbol("PyLong_AsDouble", rounding)
    (address,) = compiled_functions(READER, ["read"])
    numbers = [ctypes.c_int64] * 2 + [ctypes.c_void_p] * 5
    return ctypes.PYFUNCTYPE(ctypes.c_bool, ctypes.py_object, *numbers)(address)
