"""Words of other libraries, and what is written here instead: one table for each place.

What people expect of ``nn`` is in :mod:`nn.absent`. Next: :mod:`autograd.foreign` looks them up.
"""

from __future__ import annotations

__all__ = ["IN_AUTOGRAD", "IN_VALUES", "KEYWORDS"]

IN_AUTOGRAD = {
    r"numpy|scipy|extend|misc|builtins|test_util|differential_operators|core|tracer|util": "that "
    "is a part of HIPS's package autograd, and this is scalar-autograd: import numpy itself, whose "
    "functions keep the graph in arrays of Values, or go to an environment with that package",
    r"elementwise_grad|egrad": "write grad(lambda x: autograd.sum(f(x)))",
    r"hessian_(vector|tensor)_product|make_hvp|make_ggnvp": "write hvp(f, x, v)",
    r"(vector|tensor)_jacobian_product|make_vjp": "write vjp(f, x, v)",
    r"make_jvp.*|linearize|linear_transpose": "write jvp(f, x, v)",
    r"multigrad_dict|grad_named": "write grad(f, argnum=('a', 'b'))",
    r"grad_and_aux|value_grad_and_aux": "write grad(f, has_aux=True)",
    r"primitive|def(jvp|vjp)|custom_(jvp|vjp)|custom_gradient|custom_derivatives|Function": "write "
    "f = custom_op(name, forward, partials)",
    r"jacfwd|jacrev": "write jacobian(f), which chooses the way itself",
    r"jit|pjit|lambdify|make_jaxpr": "write compiled(f), or compile(y, x=x), which prints its "
    "statements",
    r"[vp]map|vectorize": "compiled(f).batched('x') is the function of many x at once",
    r"lax": "scan, stop_gradient and where, for cond and select, are autograd's own",
    r"cond|switch|select": "write where(condition, a, b), or Python's if where nothing is recorded",
    r"fori_loop|while_loop|map|associative_scan": "write a loop of Python's; scan is one that is "
    "recorded and compiled once, however long it is",
    r"checkpoint|remat": "a graph keeps one number a node and no more: leave it out",
    r"tree|tree_util|tree_map|tree_flatten|flatten|ravel_pytree": "arguments and results nest as "
    "they are, in lists, dicts, dataclasses and arrays: leave it out",
    r"random|manual_seed|rand|randn|seed": "numbers come from Python's random or NumPy's, first "
    "weights from nn.manual_seed",
    r"(as_)?[tT]ensor|Variable|Scalar|Var|Number|Parameter|Symbol|symbols|ufloat|adnumber|(as)?array"
    r"|from_numpy": "a number is Value(2.0), many are a list or a NumPy array of Values",
    r"optim|SGD|Adam|AdamW": "optimisers are in nn, such as nn.SGD",
    r"nn": "it is a package of its own: import nn",
    r"functional": "grad, jacobian, hessian, jvp, vjp and hvp are autograd's own",
    r"GradientTape|Tape|tape": "arithmetic on Values is recorded always: y.backward(), then x.grad",
    r"set_detect_anomaly|debug_nans|debug": "write with detect_anomaly(): around it",
    r"set_grad_enabled|inference_mode|is_grad_enabled": "write with no_grad(): or with "
    "enable_grad(): around it",
    r"gradgradcheck|check_grads": "write gradcheck(f, x, order=2)",
    r"diff|derivative|differentiate|gradient|grad_fn": "write grad(f)(x), or y.backward() and then "
    "x.grad",
    r"clamp": "write clip(x, low, high)",
    r"arc(sin|cos|tan|sinh|cosh|tanh)": r"write a\1(x)",
    r"arctan2": "write atan2(y, x)",
    r"pow(er)?|square|abs|absolute|fabs|reciprocal|negative|add|subtract|multiply|(true_)?divide": (
        "write Python's own: x**y, abs(x), 1.0 / x, -x, x + y, x * y"
    ),
    r"is(nan|finite|inf)|nan_to_num": "x != x asks for nan, abs(x) < inf for a finite number, and "
    "where chooses",
    r"gamma|gammaln|loggamma|special": "write lgamma(x), and exp(lgamma(x)) for the gamma function;"
    " erf, ndtr, betaln and polygamma are autograd's own",
    r"expit": "write sigmoid(x)",
    r"swish": "write silu(x)",
    r"(m|b)m|matmul|outer|inner|einsum|tensordot|linalg|concatenate|cat|[vhd]?stack|reshape"
    r"|transpose|(zeros|ones|full|empty)(_like)?|eye|arange|linspace": "use NumPy's on arrays of "
    "Values, which keeps the graph, or lists; dot, det, solve and inv are autograd's own",
    r"arg(max|min|sort)": "a place has no derivative: use NumPy's on an array of the numbers, "
    "x.data; max, min and sort are autograd's own",
    r"pi|e|inf|nan": "use math's",
    r"logical_(and|or|not)": "write (a > b) & (c > d), | for or; of plain conditions and, or, not",
    r"round|rint": "a rounded number has no derivative: floor(x + 0.5), or round(x) for a float",
    r"save|load": "pickle takes Values and graphs, and a model is saved by model.save(path)",
    r"devices?(_put|_get)?|cuda|to|float\d+|int\d+|dtype": "a Value is a double on the processor: "
    "leave it out; a program can be told dtype='float32'",
}


IN_VALUES = {
    "requires_grad|requires_grad_|retain_grad|watch": "every Value has a gradient: leave it out; a "
    "constant is a plain number",
    "is_leaf|grad_fn|creator|history|args|func|children|prev": "a leaf has op None; op and "
    "operands tell how others were made",
    "numpy|tolist|evalf|eval|realize|value|nominal_value|nominal": "v.data is the number, a float",
    "std_dev|s": "a Value has no uncertainty: y.backward(), and then the sum of "
    "(x.grad * deviation)**2 over the leaves is the square of y's",
    "derivatives|derivative|diff|gradient|d|adjoint|jacobian|hessian": "y.backward(), then x.grad; "
    "or autograd.grad(f)(x) of a function f",
    "subs": "x.data = 3.0, then y.recompute(); or autograd.compile(y, x=x)",
    "simplify|expand|factor": "autograd.explain(y, x) writes the derivative out in symbols",
    "zero_grad|zero_": "autograd.zero_grad([x]), or x.grad = 0.0",
    "shape|size|numel|ndim|reshape|view|squeeze|unsqueeze|flatten|permute|transpose|T|dtype": "a "
    "Value is one number, a double; many are a list or a NumPy array of Values",
    "sum|mean|prod|softmax|logsumexp": "a Value is one number: give autograd's function of this "
    "name a list of them",
    "add|sub|mul|div|pow|square|neg|abs|absolute|reciprocal|matmul": "write Python's own: x + y, "
    "x * y, x**2, abs(x), 1.0 / x",
    "add_|sub_|mul_|div_|copy_|fill_|clamp_|normal_|uniform_": "x.data = … updates a leaf",
    "clone": "x itself will do, for no operation changes it; x.detach() is a new leaf",
    "clamp|clip": "autograd.clip(x, low, high)",
    "to|cuda|cpu|device|double|float|half|long|type|block_until_ready": "a Value is a double "
    "on the processor: leave it out",
    "register_hook": "computed Values keep their grad too: look at it after backward()",
    "at": "a list or array of Values is assigned to as usual: xs[0] = …",
}


KEYWORDS = {
    "argnums": "it is called argnum here, an index, a name, or a tuple of these",
    "holomorphic": "numbers are real: leave it out",
    "allow_int": "an int is a number like others: leave it out",
    "static_argnums": "write static='n', by name",
    "static_argnames": "write static='n'",
    "outputs": "write y.backward(), then x.grad; grad(f) is of a function f",
    "inputs": "backward reaches every leaf: zero_grad clears the others; grad(f) is of a function",
    "grad_outputs": "write y.backward(gradient), or vjp(f, x, v)",
    "create_graph": "write y.backward(create_graph=True), or nest transforms: grad(grad(f))",
    "eps": "the steps of differences are chosen for each number: leave it out",
    "delta": "the steps of differences are chosen for each number: leave it out",
    "raise_exception": "assert_gradients raises, gradcheck gives a report: leave it out",
    "tol": "write tolerance=1e-9",
    "xtol": "write tolerance=1e-9",
    "maxiter": "write iterations=1000",
    "max_iter": "write iterations=1000",
    "max_iterations": "write iterations=1000",
    "fprime": "the derivative is taken of f itself: leave it out",
    "bracket": "Newton's method starts from x0, one number: give one between the two",
    "left": "it is constant beyond the ends: choose something else with where",
    "right": "it is constant beyond the ends: choose something else with where",
    "set_to_none": "a gradient is 0.0 before any backward pass, never None: leave it out",
    "dtype": "a Value is a double: leave it out; a program can be told dtype='float32'",
    "device": "a Value is a double on the processor: leave it out",
    "in_features": "the numbers of inputs and outputs come first: nn.Linear(2, 3)",
    "out_features": "the numbers of inputs and outputs come first: nn.Linear(2, 3)",
    "hidden": "the layers' sizes are one list: nn.MLP(2, [16, 16, 1])",
    "hidden_layer_sizes": "the layers' sizes are one list: nn.MLP(2, [16, 16, 1])",
    "nonlin": 'write activation="linear" for False, activation="relu" for True',
}
