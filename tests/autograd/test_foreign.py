"""Words of other libraries: each is answered where it is written, with what is written here."""

import importlib
import importlib.util
import re
import sys

import pytest

import autograd
import nn
from autograd import Value
from autograd.foreign_words import IN_AUTOGRAD, IN_VALUES, KEYWORDS
from nn.absent import IN_INIT, IN_MODULES, IN_NN

SAMPLES = {
    "autograd": "numpy scipy elementwise_grad make_vjp make_jvp hessian_vector_product primitive "
    "defvjp defjvp custom_vjp custom_jvp Function jacfwd jacrev jit vmap lax cond fori_loop remat "
    "tree_map manual_seed Tensor tensor Variable ufloat Symbol optim nn functional GradientTape "
    "set_grad_enabled set_detect_anomaly inference_mode gradgradcheck diff clamp arcsin arctanh "
    "arctan2 power square abs isnan gamma expit swish matmul einsum zeros_like stack linspace "
    "argmax pi logical_and round save device",
    "nn": "Dropout BatchNorm1d Conv2d LSTM ModuleList Parameter functional relu softmax Dense "
    "LBFGS Adadelta clip_grad_norm_ utils SmoothL1Loss huber_loss smooth_l1_loss "
    "kl_div Mish Hardtanh DataLoader lr_scheduler",
    "nn.optim": "lr_scheduler LBFGS",
    "nn.init": "xavier_uniform_ kaiming_normal_ zeros_",
}
SAMPLES = [(module, word) for module, words in SAMPLES.items() for word in words.split()]
OF_VALUES = [word for words in IN_VALUES for word in words.split("|")]


@pytest.mark.parametrize(("module", "word"), SAMPLES)
def test_attributes_of_modules(module, word):
    """The error of a module's attribute says what to do, and hasattr is false."""
    module = importlib.import_module(module)
    with pytest.raises(AttributeError, match=rf"has no {word}, on purpose: \w") as error:
        getattr(module, word)
    assert error.value.name == word
    assert not hasattr(module, word)


@pytest.mark.parametrize(("module", "word"), [x for x in SAMPLES if x[0] != "nn.init"])
@pytest.mark.parametrize("form", ["import {0}.{1} as it", "from {0} import {1}"])
def test_imports(module, word, form):
    """Both forms of import say the same, as an ImportError."""
    with pytest.raises(ImportError, match=rf"there is no {module}.{word}, on purpose: \w"):
        exec(form.format(module, word), {})


def test_a_word_that_nobody_knows():
    """Python's own errors; a search for it finds nothing."""
    for form, kind in (
        ("import autograd.lienar", ModuleNotFoundError),
        ("from autograd import lienar", ImportError),
        ("import autograd\nautograd.lienar", AttributeError),
        ("import nn\nnn.lienar", AttributeError),
    ):
        with pytest.raises(kind, match="lienar") as error:
            exec(form, {})
        assert "on purpose" not in str(error.value)
    assert importlib.util.find_spec("autograd.lienar") is None
    with pytest.raises(AttributeError) as error:
        autograd.tahn  # noqa: B018
    assert (error.value.name, error.value.obj) == ("tahn", autograd)  # from which Python suggests


@pytest.mark.parametrize("word", OF_VALUES)
def test_attributes_of_values(word):
    """They are neither read nor set, computed or not; classes derived from Value may have them."""
    for x in (Value(2.0), Value(2.0) * 3.0):
        with pytest.raises(AttributeError, match=rf"a Value has no {word}, on purpose: \w"):
            getattr(x, word)
        with pytest.raises(AttributeError, match=rf"a Value has no {word}, on purpose: \w"):
            setattr(x, word, 1.0)
        assert not hasattr(x, word)
        assert word not in dir(type("Plain", (), {}))

    class Own(Value):
        pass

    own = Own(1.0)
    with pytest.raises(AttributeError, match="a Own has no"):
        getattr(own, word)
    setattr(own, word, "mine")
    assert getattr(own, word) == "mine"


def test_no_table_answers_for_what_there_is():
    """A word that is there is never refused."""
    names = [(autograd, IN_AUTOGRAD), (nn, IN_NN), (nn.init, IN_INIT), (nn.optim, IN_NN)]
    for module, known in names:
        for name in module.__all__:
            assert not any(re.fullmatch(pattern, name) for pattern in known), name
    parts = (nn.MLP(2, [1]), nn.Linear(2, 1), nn.SGD([Value(1.0)], lr=0.1))
    there = {name for part in parts for name in [*vars(type(part)), *vars(part)]}
    assert not [x for x in there if any(re.fullmatch(pattern, x) for pattern in IN_MODULES)]


@pytest.mark.parametrize("known", [IN_AUTOGRAD, IN_VALUES, KEYWORDS, IN_NN, IN_MODULES, IN_INIT])
def test_what_is_advised_is_there(known):
    """Each name of ours in a piece of advice can be looked up."""
    for advice in known.values():
        for package, path in re.findall(r"\b(autograd|nn)\.([a-zA-Z_][\w.]*\w)", advice):
            thing = sys.modules[package]
            for part in path.split("."):
                thing = getattr(thing, part)


def g(x, y=1.0):
    return x * y


CALLS = {
    "argnums": (lambda **o: autograd.grad(g, **o), autograd.value_and_grad, autograd.hessian),
    "static_argnums": (lambda **o: autograd.compiled(g, **o),),
    "static_argnames": (lambda **o: autograd.compiled(**o),),
    "holomorphic": (autograd.jacobian,),
    "outputs": (lambda **o: autograd.grad(**o, inputs=None),),
    "eps": (lambda **o: autograd.gradcheck(g, 1.0, **o),),
    "set_to_none": (nn.MLP(2, [1]).zero_grad, nn.SGD([Value(1.0)], lr=0.1).zero_grad),
    "device": (lambda **o: nn.Linear(2, 1, **o),),
    "in_features": (nn.Linear,),
    "hidden_layer_sizes": (lambda **o: nn.MLP(2, **o),),
    "nonlin": (lambda **o: nn.Neuron(2, **o),),
    "left": (lambda **o: autograd.interp(0.5, [0.0], [1.0], **o),),
    "maxiter": (lambda **o: autograd.root(g, 1.0, **o),),
}


@pytest.mark.parametrize(("word", "calls"), CALLS.items(), ids=CALLS)
def test_keywords(word, calls):
    """A keyword of others' is answered by what it is called here."""
    for call in calls:
        advice = re.escape(KEYWORDS[word])
        with pytest.raises(autograd.InputTypeError, match=rf"\w takes no {word}: {advice}"):
            call(**{word: 1})


def test_keywords_of_the_users_own_functions():
    """What f takes is f's: a compiled function may have a parameter of such a name."""
    assert autograd.compiled(lambda eps: 2.0 * eps)(eps=3.0) == 6.0
    assert autograd.grad(lambda x, argnums: x * argnums)(2.0, argnums=5.0) == 5.0


def test_words_of_pytorch_that_hold_here():
    """A graph is kept, a Value has a gradient, and no_grad needs no brackets."""
    x = Value(3.0, requires_grad=True)
    y = x * x
    y.backward(retain_graph=True)
    autograd.backward(y, retain_graph=False)
    assert (x.grad, y.item()) == (12.0, 9.0)
    with pytest.raises(autograd.InputTypeError, match="constant is a plain number"):
        Value(3.0, requires_grad=False)

    @autograd.no_grad
    def half(z):
        """Halves."""
        return z / 2.0

    @autograd.enable_grad
    def doubled(z):
        return z * 2.0

    assert (half(x).parents, half.__name__, half.__doc__) == ((), "half", "Halves.")
    with autograd.no_grad():
        assert doubled(x).parents == (x,)
    assert nn.Sequential(nn.Linear(2, 3), nn.ReLU())[1].config() == {}


@pytest.mark.parametrize(
    "made",
    [
        lambda x: Value(2.0, (x,), "+"),
        lambda x: Value(2.0, _children=(x,), _op="+"),
        lambda x: Value(2.0, _op="+", label="y"),
        lambda x: setattr(Value(2.0), "_prev", {x}),
        lambda x: setattr(Value(2.0), "_op", "+"),
        lambda x: setattr(Value(2.0), "_backward", lambda: None),
    ],
)
def test_operations_written_as_in_micrograd(made):
    """What a node is made of is not assigned: the error names custom_op."""
    with pytest.raises((autograd.InputTypeError, autograd.GraphError), match="custom_op"):
        made(Value(1.0))
    assert Value(2.0, _children=(), _op="").op is None


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (lambda: autograd.jvp(lambda x: x * x, (3.0,), (1.0,)), r"jvp\(f, x, v\)"),
        (lambda: autograd.jvp(g, (3.0, 2.0), (1.0, 1.0)), r"argnum=\(0, 1\)"),
        (lambda: autograd.vjp(g, (3.0, 2.0), 1.0), r"vjp\(f, x, v\)"),
        (lambda: autograd.hvp(g, (3.0, 2.0), (1.0, 1.0)), r"hvp\(f, x, v\)"),
        (
            lambda: autograd.gradcheck(lambda x, y: x * y, (3.0, 2.0)),
            r"one by one, \(f, x, y\)",
        ),
        (lambda: autograd.grad(Value(3.0) ** 2, Value(3.0)), r"x\.grad after y\.backward"),
        (lambda: autograd.hessian(Value(3.0)), r"x\.grad after y\.backward"),
    ],
)
def test_arguments_given_as_elsewhere(call, remedy):
    """Tuples of arguments, or results in the place of a function."""
    with pytest.raises(autograd.InputTypeError, match=remedy):
        call()


@pytest.mark.parametrize("thing", [nn.MLP(2, [1], rng=0), nn.SGD([autograd.Value(1.0)], lr=0.1)])
def test_a_misspelt_attribute_of_an_object_is_suggested(thing):
    """Python looks for a similar name among what the object has, if the error says whose it is."""
    with pytest.raises(AttributeError) as error:
        thing.zero_gra()
    assert error.value.obj is thing
    assert hasattr(thing, "zero_grad")
