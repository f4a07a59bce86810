/* Nodes as C sees them: how they are read, made and freed. Next: passes.h, the loops over them.

   hook.py puts both files before the C that mypyc writes, and tells mypyc of the functions that
   nodes.pyi names; each is here with "node_" before its name. The typed sources stand for all that
   depends on a primitive, this for what is the same for every one and must cost a few instructions.

   Python's collector looks for cycles. Operands are older than what is computed from them, so there
   is none among Values but through a gradient that is a Value, an attribute of a derived class, or
   what a primitive of a user's refers to. A Value is therefore made untracked, as Python leaves a
   tuple of numbers; it is tracked if an operand is, if its primitive is a user's, and, with all
   that it depends on, when a Value becomes a gradient. Nothing tells when an attribute is set, so
   where a class has been derived from Value all are tracked.

   An instance of a derived class holds its class, which may lead back to it. Python leaves it to the
   class below to show that to the collector and to let go of it, and mypyc's do neither.

   A class that is called packs its arguments into a tuple, and its __init__ takes them out again,
   which takes as long as all else. Python asks a class for a shorter way first, and mypyc writes
   none: here is one, for a single float. Whatever else is given goes the long way. */

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

static CPyVTableItem *node_vtable; /* what mypyc gives a Value, and how it builds and frees one */
static newfunc node_make;
static initproc node_init;
static traverseproc node_slots;
static destructor node_built_free;

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

static inline char
node_track(PyObject *x)
{
    if (!PyObject_GC_IsTracked(x))
        PyObject_GC_Track(x);
    return 1;
}

static inline char
node_tracked(PyObject *x)
{
    if (x == Py_None || IS_FLOAT(x))
        return 0;
    if (!PyTuple_CheckExact(x))
        return PyObject_GC_IsTracked(x);
    for (Py_ssize_t i = PyTuple_GET_SIZE(x); i-- > 0;)
        if (node_tracked(PyTuple_GET_ITEM(x, i)))
            return 1;
    return 0;
}

/* For the long way to a leaf, and for derived classes; zeros. */
static PyObject *
node_room(PyTypeObject *type, Py_ssize_t items)
{
    if (type != VALUE || type->tp_subclasses != NULL)
        return PyType_GenericAlloc(type, items);
    Node *node = PyObject_GC_New(Node, type);
    if (node != NULL)
        memset((PyObject *)node + 1, 0, sizeof(Node) - sizeof(PyObject));
    return (PyObject *)node;
}

/* A node of given slots; a leaf if they are all None. */
static PyObject *
node_made(PyObject *op, PyObject *left, PyObject *right, double data)
{
    /* Not from a store of freed ones: Python's allocator gives neighbours, which a cache fetches. */
    Node *node = PyObject_GC_New(Node, VALUE);
    if (node == NULL)
        return NULL;
    node->vtable = node_vtable;
    node->bitmap = ~0u; /* mypyc's sign that no number in here means "not there" */
    node->__adjoint = 0.0;
    node->__mark = 0;
    node->__data = data;
    node->__grad = Py_NewRef(EPOCH);
    node->__left = Py_NewRef(left);
    node->__right = Py_NewRef(right);
    node->__name = Py_NewRef(Py_None);
    node->_op = Py_NewRef(op);
    if (VALUE->tp_subclasses != NULL || node_tracked(left) || node_tracked(right))
        PyObject_GC_Track(node);
    if (PyDict_GET_SIZE(CPyStatic_value___ACTIVE_MODES) &&
        CPyDef_node___Node____note((PyObject *)node) == 2)
        Py_CLEAR(node);
    return (PyObject *)node;
}

/* What goes with a node waits its turn, so that a chain of any length takes no more of the stack.
   A thread waits for itself alone: another may be in a __del__ that takes long. */
static PyThreadState *node_freeing;

static void
node_free(PyObject *self)
{
    static Node *doomed;
    PyThreadState *thread = PyThreadState_Get(), *before = node_freeing;
    Node *node = (Node *)self;
    if (!Py_IS_TYPE(self, VALUE)) {
        node_built_free(self);
        return;
    }
    if (PyObject_GC_IsTracked(self))
        PyObject_GC_UnTrack(self);
    node->vtable = (CPyVTableItem *)doomed;
    doomed = node;
    if (before == thread)
        return;
    node_freeing = thread;
    while ((node = doomed) != NULL) {
        doomed = (Node *)node->vtable;
        Py_XDECREF(node->__left);
        Py_XDECREF(node->__right);
        Py_XDECREF(node->__grad);
        Py_XDECREF(node->__name);
        Py_XDECREF(node->_op);
        PyObject_GC_Del(node);
        Py_DECREF(VALUE);
    }
    node_freeing = before;
}

static void
node_free_derived(void *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *
node_new(PyTypeObject *type, PyObject *given, PyObject *options)
{
    if (type != VALUE && type->tp_free == PyObject_GC_Del)
        type->tp_free = node_free_derived;
    Node *node = (Node *)node_make(type, given, options);
    if (node == NULL)
        return NULL;
    /* What is used before anybody has given it a number is a leaf that holds 0. */
    PyObject **slots[] = {&node->__left, &node->__right, &node->__name, &node->_op};
    for (int i = 0; i < 4; i++)
        if (*slots[i] == NULL)
            *slots[i] = Py_NewRef(Py_None);
    if (node->__grad == NULL)
        node->__grad = Py_NewRef(EPOCH);
    node->bitmap = ~0u;
    return (PyObject *)node;
}

static int
node_traverse(PyObject *self, visitproc visit, void *arg)
{
    if (!Py_IS_TYPE(self, VALUE))
        Py_VISIT(Py_TYPE(self));
    return node_slots(self, visit, arg);
}

static PyObject *
node_call(PyObject *type, PyObject *const *given, size_t flags, PyObject *names)
{
    Py_ssize_t n = PyVectorcall_NARGS(flags);
    PyTypeObject *cls = (PyTypeObject *)type;
    if (n == 1 && names == NULL && IS_FLOAT(given[0]) && cls == VALUE &&
        cls->tp_init == node_init && cls->tp_new == node_new)
        return node_made(Py_None, Py_None, Py_None, PyFloat_AS_DOUBLE(given[0]));
    PyObject *result = NULL, *options = NULL, *arguments = PyTuple_New(n);
    if (arguments == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SET_ITEM(arguments, i, Py_NewRef(given[i]));
    if (names != NULL) {
        options = PyDict_New();
        if (options == NULL)
            goto done;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++)
            if (PyDict_SetItem(options, PyTuple_GET_ITEM(names, i), given[n + i]) < 0)
                goto done;
    }
    result = PyType_Type.tp_call(type, arguments, options);
done:
    Py_XDECREF(options);
    Py_DECREF(arguments);
    return result;
}

/* Put all this into the class Value, of which there is an instance. */
static char
node_install(PyObject *instance)
{
    /* A Node that is no Value has its slots in the same places. */
    typedef autograd___engine___node___NodeObject Base;
    Py_BUILD_ASSERT(sizeof(Base) == sizeof(Node));
    Py_BUILD_ASSERT(offsetof(Base, __data) == offsetof(Node, __data));
    Py_BUILD_ASSERT(offsetof(Base, __adjoint) == offsetof(Node, __adjoint));
    Py_BUILD_ASSERT(offsetof(Base, __left) == offsetof(Node, __left));
    Py_BUILD_ASSERT(sizeof(((Node *)0)->__mark) == sizeof(int64_t));
    Py_BUILD_ASSERT(sizeof(((Node *)0)->__data) == sizeof(double));
    node_vtable = ((Node *)instance)->vtable;
    node_make = VALUE->tp_new;
    node_init = VALUE->tp_init;
    node_slots = VALUE->tp_traverse;
    node_built_free = VALUE->tp_dealloc;
    VALUE->tp_alloc = node_room;
    VALUE->tp_new = node_new;
    VALUE->tp_traverse = node_traverse;
    VALUE->tp_dealloc = node_free;
    VALUE->tp_vectorcall = node_call;
    return 1;
}
