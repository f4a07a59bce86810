/* How nodes are made and freed. Next: passes.h, the loops over them.

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
   none: here is one, for a single float. Whatever else is given goes the long way.

   The collector runs when so many objects have been made that it might look at. What is untracked
   would be counted too, and is no reason to run: it is taken from Python's allocator with a head of
   zeros, as PyObject_GC_New does but for the count. It is counted when it is tracked. */

#include "node.h"

static CPyVTableItem *node_vtable; /* what mypyc gives a Value, and how it builds and frees one */
static newfunc node_make;
static initproc node_init;
static traverseproc node_slots;
static destructor node_built_free;

/* What the collector keeps before an object: two words, the first of them 0 if it is untracked. */
#if PY_VERSION_HEX < 0x030E0000 && !defined(PYPY_VERSION)
#define HEAD(x) ((uintptr_t *)(x)-2)
#define IS_TRACKED(x) (HEAD(x)[0] != 0)

static inline Node *
node_untracked(void)
{
    uintptr_t *head = PyObject_Malloc(2 * sizeof(uintptr_t) + sizeof(Node));
    if (head == NULL)
        return (Node *)PyErr_NoMemory();
    head[0] = head[1] = 0;
    return (Node *)PyObject_Init((PyObject *)(head + 2), VALUE);
}

static inline void
node_given_back(Node *x, char counted)
{
    if (counted)
        PyObject_GC_Del(x);
    else
        PyObject_Free(HEAD(x));
}

/* One object more to the collector, which may run here. */
static void
node_counted(void)
{
    Node *one = PyObject_GC_New(Node, VALUE);
    if (one == NULL)
        PyErr_Clear();
    else {
        node_given_back(one, 0);
        Py_DECREF(VALUE);
    }
}
#else
#define IS_TRACKED(x) PyObject_GC_IsTracked((PyObject *)(x))
static inline Node *node_untracked(void) { return PyObject_GC_New(Node, VALUE); }
static inline void node_given_back(Node *x, char counted) { PyObject_GC_Del(x); }
static void node_counted(void) {}
#endif

static inline char
node_track(PyObject *x)
{
    if (!IS_TRACKED(x)) {
        PyObject_GC_Track(x);
        node_counted();
    }
    return 1;
}

static inline char
node_tracked(PyObject *x)
{
    if (x == Py_None || IS_FLOAT(x))
        return 0;
    if (Py_IS_TYPE(x, VALUE))
        return IS_TRACKED(x);
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
    Node *node = node_untracked();
    if (node != NULL)
        memset((PyObject *)node + 1, 0, sizeof(Node) - sizeof(PyObject));
    return (PyObject *)node;
}

/* A node of given slots; a leaf if they are all None. */
static PyObject *
node_made(PyObject *op, PyObject *left, PyObject *right, double data)
{
    /* Not from a store of freed ones: Python's allocator gives neighbours, which a cache fetches. */
    char seen = VALUE->tp_subclasses != NULL || node_tracked(left) || node_tracked(right);
    Node *node = seen ? PyObject_GC_New(Node, VALUE) : node_untracked();
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
    if (seen)
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
    node->bitmap = IS_TRACKED(self);
    if (node->bitmap)
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
        node_given_back(node, node->bitmap);
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
