/* Passes over nodes: the walk, the sweep, and what becomes of the adjoints.

   Pointers to nodes are borrowed. A pass is over what its roots depend on, whoever begins it holds
   the roots, and a node's operands never change: none goes before the pass ends, whatever a rule
   written in Python does in the middle of it. */

#include "made.h"

typedef struct {
    Node **items;
    size_t n, room;
} Pile;
typedef struct {
    Pile stack, order, leaves;
    char unchanged;
} Pass;
#define LASTING (1 << 16) /* more than so many places are given back after a pass */

/* One pass owns the nodes at a time, and knows its visits by its number. */
static Pass node_pass;
static char node_owned;
static PyThreadState *node_owner;
static int64_t node_number_of_pass;

static inline int
node_put(Pile *pile, Node *x)
{
    if (pile->n == pile->room) {
        size_t room = pile->room ? 2 * pile->room : 256;
        Node **items = PyMem_RawRealloc(pile->items, room * sizeof(Node *));
        if (items == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        pile->items = items;
        pile->room = room;
    }
    pile->items[pile->n++] = x;
    return 0;
}

static char
node_begun(void)
{
    if (node_owned)
        return 0;
    node_owner = PyThreadState_Get();
    node_number_of_pass++;
    return node_owned = 1;
}

static char
node_ended(void)
{
    Pile *piles[] = {&node_pass.stack, &node_pass.order, &node_pass.leaves};
    for (int i = 0; i < 3; i++) {
        piles[i]->n = 0;
        if (piles[i]->room > LASTING) {
            PyMem_RawFree(piles[i]->items);
            *piles[i] = (Pile){0};
        }
    }
    node_owned = 0;
    return 1;
}

/* A gradient that is the adjoint of an earlier pass, as a number of its own. */
static inline int
node_keep(Node *x)
{
    if (x->__grad == TAKEN) {
        PyObject *kept = PyFloat_FromDouble(x->__adjoint);
        if (kept == NULL)
            return -1;
        Py_SETREF(x->__grad, kept);
    }
    return 0;
}

static inline int
node_enter_leaf(Node *x, int64_t done)
{
    if (node_keep(x) < 0)
        return -1;
    x->bitmap = ~0u;
    x->__mark = done;
    x->__adjoint = 0.0;
    return node_put(&node_pass.leaves, x);
}

static inline int
node_meet(PyObject *operand, int64_t entered)
{
    Node *x = (Node *)operand;
    if (IS_FLOAT(operand) || x->__mark >= entered)
        return 0;
    return x->_op == Py_None ? node_enter_leaf(x, entered + 1) : node_put(&node_pass.stack, x);
}

/* Computed nodes, operands first, and leaves; adjoints are zero, and marks are of this pass. */
static char
node_walked(PyObject *roots, char kept)
{
    Pile *stack = &node_pass.stack;
    PyObject *epoch = EPOCH;
    int64_t entered = 2 * node_number_of_pass, done = entered + 1;
    node_pass.unchanged = 1;
    for (Py_ssize_t i = PyList_GET_SIZE(roots); i-- > 0;)
        if (node_put(stack, (Node *)PyList_GET_ITEM(roots, i)) < 0)
            return 0;
    while (stack->n) {
        Node *x = stack->items[stack->n - 1];
        if (x->__mark >= entered) {
            stack->n--;
            if (x->__mark == entered) {
                x->__mark = done;
                if (node_put(&node_pass.order, x) < 0)
                    return 0;
            }
            continue;
        }
        if (x->_op == Py_None) {
            stack->n--;
            if (node_enter_leaf(x, done) < 0)
                return 0;
            continue;
        }
        if (kept && node_keep(x) < 0)
            return 0;
        x->bitmap = ~0u;
        x->__mark = entered;
        x->__adjoint = 0.0;
        node_pass.unchanged &= x->__grad == epoch;
        size_t before = stack->n;
        if (PyTuple_CheckExact(x->__left)) {
            for (Py_ssize_t i = PyTuple_GET_SIZE(x->__left); i-- > 0;)
                if (node_meet(PyTuple_GET_ITEM(x->__left, i), entered) < 0)
                    return 0;
        } else if ((x->__right != Py_None && node_meet(x->__right, entered) < 0) ||
                   node_meet(x->__left, entered) < 0)
            return 0;
        if (stack->n == before) { /* nothing to wait for */
            x->__mark = done;
            stack->n--;
            if (node_put(&node_pass.order, x) < 0)
                return 0;
        }
    }
    return 1;
}

static inline char node_unchanged(void) { return node_pass.unchanged; }

static PyObject *
node_listed(char leaves)
{
    Pile *pile = leaves ? &node_pass.leaves : &node_pass.order;
    PyObject *list = PyList_New(pile->n);
    for (size_t i = 0; list != NULL && i < pile->n; i++)
        PyList_SET_ITEM(list, i, Py_NewRef(pile->items[i]));
    return list;
}

/* The chain rule at every node, results first. */
static inline char
node_pull_back(PyObject **items, size_t n)
{
    while (n-- > 0) {
        double g = ((Node *)items[n])->__adjoint;
        if (g != 0.0 && CPyDef_compiled___step(items[n], g) == 2)
            return 0;
    }
    return 1;
}

static char
node_swept(void)
{
    return node_pull_back((PyObject **)node_pass.order.items, node_pass.order.n);
}

static char
node_swept_list(PyObject *order)
{
    return node_pull_back(((PyListObject *)order)->ob_item, PyList_GET_SIZE(order));
}

/* Whether each leaf has a number for a gradient, or none: then nothing can go wrong any more. */
static char
node_of_numbers(void)
{
    for (size_t i = 0; i < node_pass.leaves.n; i++) {
        PyObject *grad = node_pass.leaves.items[i]->__grad;
        if (!IS_FLOAT(grad) && !Py_IS_TYPE(grad, CPyType_node___Epoch))
            return 0;
    }
    return 1;
}

/* Let leaves accumulate their adjoints, or, of those that others have seen to, nothing. */
static char
node_committed(char leaves)
{
    for (size_t i = 0; leaves && i < node_pass.leaves.n; i++) {
        Node *x = node_pass.leaves.items[i];
        if (IS_FLOAT(x->__grad))
            x->__adjoint = PyFloat_AS_DOUBLE(x->__grad) + x->__adjoint;
        Py_SETREF(x->__grad, Py_NewRef(TAKEN));
    }
    for (size_t i = 0; i < node_pass.order.n; i++)
        Py_SETREF(node_pass.order.items[i]->__grad, Py_NewRef(TAKEN));
    return 1;
}

/* After a fault: an adjoint that is not finished is not a gradient. */
static char
node_restored(void)
{
    Pile *piles[] = {&node_pass.stack, &node_pass.order};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < piles[k]->n; i++) {
            Node *x = piles[k]->items[i];
            if (x->_op != Py_None && x->__mark >= 2 * node_number_of_pass)
                Py_SETREF(x->__grad, Py_NewRef(RESTORED));
        }
    return 1;
}

/* In a process that has been forked: what other threads were at has no end here. */
static char
node_forked(void)
{
    PyThreadState *thread = PyThreadState_Get();
    if (node_owned && node_owner != thread) {
        node_restored();
        node_ended();
    }
    if (node_freeing != thread)
        node_freeing = NULL;
    return 1;
}

/* Whether a node of a pass that is under way would lose its operands, which the pass goes by. */
static inline char
node_held(PyObject *x)
{
    PyObject *op = ((Node *)x)->_op;
    return node_owned && op != NULL && op != Py_None;
}

/* What the nodes hold anew, where adjoints are. */
static char
node_refreshed(void)
{
    for (size_t i = 0; i < node_pass.leaves.n; i++)
        node_pass.leaves.items[i]->__adjoint = node_pass.leaves.items[i]->__data;
    for (size_t i = 0; i < node_pass.order.n; i++) {
        double data = CPyDef_compiled___fresh((PyObject *)node_pass.order.items[i]);
        if (data == -113.0 && PyErr_Occurred())
            return 0;
        node_pass.order.items[i]->__adjoint = data;
    }
    return 1;
}

/* Whether the nodes hold what their operands give now; adjoints are zero again. */
static char
node_checked(void)
{
    if (!node_refreshed())
        return 0;
    node_pass.unchanged = 1;
    for (size_t i = 0; i < node_pass.order.n; i++) {
        Node *x = node_pass.order.items[i];
        int same = memcmp(&x->__adjoint, &x->__data, sizeof(double)) == 0;
        node_pass.unchanged &= same || (x->__adjoint != x->__adjoint && x->__data != x->__data);
        x->__adjoint = 0.0;
    }
    for (size_t i = 0; i < node_pass.leaves.n; i++)
        node_pass.leaves.items[i]->__adjoint = 0.0;
    return 1;
}

static char
node_renewed(void)
{
    for (size_t i = 0; i < node_pass.order.n; i++)
        node_pass.order.items[i]->__data = node_pass.order.items[i]->__adjoint;
    return 1;
}

static char
node_dated(PyObject *epoch)
{
    for (size_t i = 0; i < node_pass.order.n; i++)
        Py_SETREF(node_pass.order.items[i]->__grad, Py_NewRef(epoch));
    return 1;
}
