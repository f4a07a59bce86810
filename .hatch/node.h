/* Nodes as C sees them: how they are read. Next: made.h, how they are made and freed.

   hook.py puts three files before the C that mypyc writes, and tells mypyc of the functions that
   nodes.pyi names; each is here with "node_" before its name. The typed sources stand for all that
   depends on a primitive, this for what is the same for every one and must cost a few instructions. */

#include "__native_internal_autograd.h"

#ifdef Py_GIL_DISABLED
#error "the compiled engine relies on the interpreter's lock: build the pure wheel"
#endif

typedef autograd___engine___value___ValueObject Node;
#define VALUE CPyType_value___Value
#define EPOCH PyList_GET_ITEM(CPyStatic_node___EPOCH, 0)
#define TAKEN CPyStatic_node___TAKEN
#define RESTORED CPyStatic_node___RESTORED
#define IS_FLOAT(x) Py_IS_TYPE(x, &PyFloat_Type)

static inline char node_plain(PyObject *x) { return Py_IS_TYPE(x, VALUE) || IS_FLOAT(x); }

static inline double
node_number(PyObject *x)
{
    return IS_FLOAT(x) ? PyFloat_AS_DOUBLE(x) : ((Node *)x)->__data;
}

static inline double node_item(PyObject *x, int64_t i) { return node_number(PyTuple_GET_ITEM(x, i)); }

/* Of a node that is computed: how many operands it has, and one of them. */

static inline int64_t
node_count(PyObject *x)
{
    PyObject *left = ((Node *)x)->__left;
    return PyTuple_CheckExact(left) ? PyTuple_GET_SIZE(left) : 1 + (((Node *)x)->__right != Py_None);
}

static inline PyObject *
node_operand(PyObject *x, int64_t i)
{
    PyObject *left = ((Node *)x)->__left;
    return PyTuple_CheckExact(left) ? PyTuple_GET_ITEM(left, i) : i ? ((Node *)x)->__right : left;
}

static inline char node_is_node(PyObject *x, int64_t i) { return !IS_FLOAT(node_operand(x, i)); }
static inline double node_at(PyObject *x, int64_t i) { return node_number(node_operand(x, i)); }

static inline double
node_waiting(PyObject *x, int64_t i)
{
    PyObject *operand = node_operand(x, i);
    return IS_FLOAT(operand) ? PyFloat_AS_DOUBLE(operand) : ((Node *)operand)->__adjoint;
}

static inline double node_reached_adjoint(PyObject *x) { return ((Node *)x)->__adjoint; }

static inline char
node_gain(PyObject *x, int64_t i, double amount)
{
    ((Node *)node_operand(x, i))->__adjoint += amount;
    return 1;
}

static inline char
node_seed(PyObject *x, double amount)
{
    ((Node *)x)->__adjoint += amount;
    return 1;
}

/* Whether these can be operands: numbers are read, and adjoints added, without another look. */
static char
node_fit(PyObject *operands)
{
    Py_ssize_t n = PyTuple_CheckExact(operands) ? PyTuple_GET_SIZE(operands) : 0;
    PyObject *x = n ? NULL : operands;
    for (Py_ssize_t i = 0; x == NULL && i < n; i++) {
        PyObject *item = PyTuple_GET_ITEM(operands, i);
        if (!node_plain(item) && !PyObject_TypeCheck(item, CPyType_node___Node))
            x = item;
    }
    if (x == NULL)
        return 1;
    PyErr_Format(PyExc_TypeError, "operands are a tuple of Values and floats, but got %.200s",
                 Py_TYPE(x)->tp_name);
    return 0;
}

static inline PyObject *node_epoch(void) { return Py_NewRef(EPOCH); }
