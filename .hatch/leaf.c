/* Nodes that Python's collector passes by, and Value(1.0) without a class's call.

   The collector looks for cycles. Operands are older than what is computed from them, so there is
   none among Values but through a gradient that is a Value, an attribute of a derived class, or
   what a primitive of a user's refers to. A Value is therefore made untracked, as Python leaves a
   tuple of numbers; it is tracked if an operand is, if its primitive is a user's, and, with all
   that it depends on, when a Value becomes a gradient: track does that. Nothing tells when an
   attribute is set, so where a class has been derived from Value all are tracked.

   An instance of a derived class holds its class, which may lead back to it. Python leaves it to the
   class below to show that to the collector and to let go of it, and mypyc's do neither.

   A class that is called packs its arguments into a tuple, and its __init__ takes them out again,
   which takes as long as all else. Python asks a class for a shorter way first, and mypyc writes
   none: here is one, for a single float. Whatever else is given goes the long way. */

#include <Python.h>

typedef PyObject *method(PyObject *self, PyObject *const *given, Py_ssize_t n, PyObject *names);

static PyObject *no_arguments;
static PyObject *value;  /* the class Value */
static newfunc make;     /* Value.__new__ as it was built, and how it shows what it refers to */
static traverseproc visit_slots;
static initproc init;    /* Value.__init__ as it was built: one that is put in its place is called */
static method *fill;     /* Value._begin */

static PyObject *
allocate(PyTypeObject *type, Py_ssize_t items)
{
    if ((PyObject *)type != value || type->tp_subclasses != NULL)
        return PyType_GenericAlloc(type, items);
    PyObject *self = PyObject_GC_New(PyObject, type);
    if (self != NULL)
        memset(self + 1, 0, type->tp_basicsize - sizeof(PyObject));
    return self;
}

static void
release(void *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *
new(PyTypeObject *type, PyObject *given, PyObject *options)
{
    if ((PyObject *)type != value && type->tp_free == PyObject_GC_Del)
        type->tp_free = release;
    return make(type, given, options);
}

static int
traverse(PyObject *self, visitproc visit, void *arg)
{
    if ((PyObject *)Py_TYPE(self) != value)
        Py_VISIT(Py_TYPE(self));
    return visit_slots(self, visit, arg);
}

static PyObject *
track(PyObject *module, PyObject *node)
{
    if (!PyObject_GC_IsTracked(node))
        PyObject_GC_Track(node);
    Py_RETURN_NONE;
}

static PyObject *
call(PyObject *type, PyObject *const *given, size_t flags, PyObject *names)
{
    Py_ssize_t n = PyVectorcall_NARGS(flags);
    PyTypeObject *cls = (PyTypeObject *)type;
    if (n == 1 && names == NULL && PyFloat_CheckExact(given[0]) && cls->tp_init == init &&
        cls->tp_new == new) {
        PyObject *self = make(cls, no_arguments, NULL);
        if (self == NULL)
            return NULL;
        PyObject *done = fill(self, given, 1, NULL);
        if (done == NULL) {
            Py_DECREF(self);
            return NULL;
        }
        Py_DECREF(done);
        return self;
    }
    PyObject *result = NULL, *options = NULL, *arguments = PyTuple_New(n);
    if (arguments == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_INCREF(given[i]);
        PyTuple_SET_ITEM(arguments, i, given[i]);
    }
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

static PyObject *
install(PyObject *module, PyObject *type)
{
    PyObject *begin = PyObject_GetAttrString(type, "_begin");
    if (begin == NULL)
        return NULL;
    if (!Py_IS_TYPE(begin, &PyMethodDescr_Type) ||
        ((PyMethodDescrObject *)begin)->d_method->ml_flags != (METH_FASTCALL | METH_KEYWORDS)) {
        Py_DECREF(begin);
        return PyErr_Format(PyExc_TypeError, "%R._begin is not as mypyc makes methods", type);
    }
    fill = (method *)(void (*)(void))((PyMethodDescrObject *)begin)->d_method->ml_meth;
    Py_DECREF(begin);
    value = type;
    ((PyTypeObject *)type)->tp_alloc = allocate;
    make = ((PyTypeObject *)type)->tp_new;
    ((PyTypeObject *)type)->tp_new = new;
    visit_slots = ((PyTypeObject *)type)->tp_traverse;
    ((PyTypeObject *)type)->tp_traverse = traverse;
    init = ((PyTypeObject *)type)->tp_init;
    ((PyTypeObject *)type)->tp_vectorcall = call;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"install", install, METH_O, PyDoc_STR("Let this class, Value, be made the short way.")},
    {"track", track, METH_O, PyDoc_STR("Let the collector see a node.")},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef leaf = {PyModuleDef_HEAD_INIT, "leaf", NULL, -1, functions};

PyMODINIT_FUNC
PyInit_leaf(void)
{
    if (no_arguments == NULL && (no_arguments = PyTuple_New(0)) == NULL)
        return NULL;
    return PyModule_Create(&leaf);
}
