"""Estimators for scikit-learn: its own checks, and what they leave open."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import autograd
import nn
from nn.sklearn import MLPClassifier, MLPRegressor
from nn.train.lbfgs import fit_lbfgs

# Enough for the accuracy that the checks ask for, on their hundreds of examples.
QUICK = {"hidden_layer_sizes": (8,), "max_iter": 20, "learning_rate": 0.03}


@pytest.mark.filterwarnings("ignore")  # the checks call for warnings of all kinds
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_scikit_learn_s_own_checks_pass(kind, solver):
    """None is expected to fail; weights are judged on 30 examples, which are one batch."""
    results = check_estimator(kind(**QUICK, solver=solver), on_fail=None)
    failed = {
        result["check_name"]: repr(result["exception"])
        for result in results
        if result["status"] not in ("passed", "skipped")
    }
    assert failed == {}
    # These need an array API switched on in the environment, pandas, and decision_function.
    skipped = {result["check_name"] for result in results if result["status"] == "skipped"}
    assert skipped <= {
        "check_array_api_input",
        "check_classifier_data_not_an_array",
        "check_classifiers_multilabel_output_format_decision_function",
        "check_regressor_data_not_an_array",
    }
    assert len(results) > 40


def test_classifier_learns_labels_of_any_kind_in_a_pipeline():
    X, y = nn.data.moons(200, noise=0.15, rng=3)
    labels = np.array(["left", "right"])[y]
    pipeline = make_pipeline(
        StandardScaler(),
        MLPClassifier((16,), activation="tanh", learning_rate=0.03, max_iter=40, random_state=0),
    )
    folds = StratifiedKFold(3, shuffle=True, random_state=0)  # the points come in order
    assert cross_val_score(pipeline, X, labels, cv=folds).mean() > 0.95
    chances = pipeline.fit(X, labels).predict_proba(X)
    assert chances.sum(axis=1) == pytest.approx(np.ones(200), rel=1e-12)
    assert (pipeline.predict(X) == pipeline.classes_[chances.argmax(axis=1)]).all()


def test_regressor_learns_several_targets_and_keeps_their_shape():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1.0, 1.0, (100, 2))
    Y = np.stack([X[:, 0] - X[:, 1], X[:, 0] * X[:, 1]], axis=1)
    regressor = MLPRegressor((16,), activation="tanh", max_iter=150, random_state=0)
    assert regressor.fit(X, Y).score(X, Y) > 0.98
    assert regressor.predict(X[:3]).shape == (3, 2)
    assert regressor.fit(X, Y[:, 0]).predict(X[:3]).shape == (3,)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_one_seed_one_network(kind):
    """The state decides, not the estimator's history; both backends agree."""
    X, y = nn.data.moons(20, noise=0.1)
    states = [
        kind(**QUICK | options).fit(X, y).model_.state_dict()
        for options in (
            {"random_state": 1},
            {"random_state": np.random.RandomState(1)},
            {"random_state": 1, "backend": "eager"},
            {"random_state": 2},
        )
    ]
    assert states[0] == states[1] != states[3]
    assert states[2] == pytest.approx(states[0], rel=1e-9)


def test_options_reach_the_training():
    X, y = nn.data.moons(20, noise=0.1)
    stopped = MLPClassifier((2,), learning_rate=10.0, patience=1, max_iter=50, random_state=0)
    assert stopped.fit(X, y).n_iter_ < 50
    assert stopped.n_iter_ == len(stopped.history_.loss)
    free, held = (
        MLPClassifier(**QUICK, alpha=alpha, random_state=0).fit(X, y) for alpha in (0.0, 1.0)
    )
    size = [sum(p.data**2 for p in one.model_.parameters()) for one in (free, held)]
    assert size[1] < 0.5 * size[0]


def test_what_cannot_be_learnt_is_refused():
    with pytest.raises(autograd.InputValueError, match="two classes or more, but y has one class"):
        MLPClassifier().fit([[0.0], [1.0]], ["a", "a"])
    with pytest.raises(ValueError, match="Input X contains NaN"):
        MLPRegressor().fit([[0.0], [np.nan]], [0.0, 1.0])
    with pytest.raises(autograd.InputValueError, match="unknown activation 'softmin'"):
        MLPClassifier(activation="softmin").fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="2 features, but MLPClassifier is expecting 1"):
        MLPClassifier(**QUICK).fit([[0.0], [1.0]], [0, 1]).predict([[0.0, 1.0]])


def test_missing_scikit_learn_names_the_extra():
    """Only whoever imports nn.sklearn needs it."""
    code = (
        "import sys; sys.modules['sklearn'] = None; import nn, autograd\n"
        "try: import nn.sklearn\n"
        "except autograd.MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'scalar-autograd[demo]'" in done.stdout


def test_one_hidden_layer_may_be_a_number():
    X, y = nn.data.moons(20, noise=0.1)
    states = [
        MLPClassifier(size, max_iter=3, random_state=0).fit(X, y).model_.state_dict()
        for size in (4, np.int64(4), (4,))
    ]
    assert states[0] == states[1] == states[2]


def test_logarithms_of_probabilities_are_exact():
    """Also where the probability itself is 0 in doubles."""
    X, y = nn.data.moons(20, noise=0.1)
    classifier = MLPClassifier(**QUICK, random_state=0).fit(X, y)
    logs = classifier.predict_log_proba(X)
    assert np.exp(logs) == pytest.approx(classifier.predict_proba(X), rel=1e-12)
    for parameter in classifier.model_.layers[-1].parameters():
        parameter.data *= 1e5
    assert np.isfinite(classifier.predict_log_proba(X)).all()
    assert classifier.predict_proba(X).min() == 0.0


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_early_stopping_judges_by_a_part_kept_aside(kind, capsys):
    X, y = nn.data.moons(60, noise=0.3, rng=0)
    options = {"max_iter": 60, "learning_rate": 0.1, "random_state": 0, "early_stopping": True}
    one = kind(8, **options, patience=3).fit(X, y)
    history = one.history_
    assert one.n_iter_ < 60
    assert one.n_iter_ == history.best_epoch + 3 == len(one.loss_curve_)
    assert history.val_loss[history.best_epoch - 1] == min(history.val_loss)
    assert capsys.readouterr().err == ""
    kind(8, max_iter=2, verbose=True, solver="sgd", random_state=0).fit(X, y)
    assert "epoch 2/2" in capsys.readouterr().err
    with pytest.raises(
        autograd.InputValueError, match="solver is one of adam, sgd, lbfgs, but got 'new"
    ):
        kind(solver="newton").fit(X, y)


KINDS = pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
SOLVERS = pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])


def outputs_of(estimator, X):
    return getattr(estimator, "predict_proba", estimator.predict)(X)


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize("weighted", [False, True])
def test_lbfgs_finds_the_minimum_that_linear_algebra_finds(backend, weighted):
    """Ridge regression, whose penalty here holds the bias too, has its minimum in closed form."""
    rng = np.random.default_rng(1)
    X, y, alpha = rng.normal(size=(20, 2)), rng.normal(size=20), 0.1
    weights = rng.uniform(0.0, 3.0, 20) if weighted else None
    one = MLPRegressor((), solver="lbfgs", alpha=alpha, random_state=0, backend=backend)
    model = one.fit(X, y, sample_weight=weights).model_
    shares = np.full(20, 0.05) if weights is None else weights / weights.sum()
    A = np.column_stack([X, np.ones(20)])
    exact = np.linalg.solve(A.T @ (shares[:, None] * A) + alpha * np.eye(3), A.T @ (shares * y))
    neuron = model.layers[-1].neurons[0]
    found = [weight.data for weight in neuron.weights] + [neuron.bias.data]
    # SciPy ends where no slope exceeds 1e-5; the curvature is about 1.
    assert found == pytest.approx(exact, abs=5e-5)
    assert one.loss_curve_[-1] == pytest.approx(shares @ (A @ exact - y) ** 2, rel=1e-3)
    assert one.n_iter_ == len(one.loss_curve_) < one.max_iter


def test_lbfgs_learns_what_lines_do_not_part_and_begins_again_at_a_minimum():
    X, y = nn.data.moons(100, noise=0.1, rng=3)
    one = MLPClassifier((8,), activation="tanh", solver="lbfgs", random_state=0).fit(X, y)
    assert one.score(X, y) == 1.0
    assert one.loss_curve_[-1] < 0.02
    zero = MLPRegressor((), solver="lbfgs", random_state=0).fit(np.zeros((2, 1)), [0.0, 0.0])
    assert zero.loss_curve_ == [0.0]


@KINDS
@SOLVERS
def test_a_weight_counts_examples_where_all_are_learnt_from_at_once(kind, solver):
    X, y = nn.data.moons(10, noise=0.2)
    X, y = np.array(X), np.array(y)
    counts = np.random.default_rng(0).integers(0, 4, len(y))
    options = {"hidden_layer_sizes": (4,), "activation": "tanh", "max_iter": 20, "alpha": 1e-2}
    options |= {"solver": solver, "batch_size": 1000, "random_state": 0}
    weighted = kind(**options).fit(X, y, sample_weight=counts)
    repeated = kind(**options).fit(X.repeat(counts, axis=0), y.repeat(counts))
    # Sums in another order: 1e-16 a step, which line searches enlarge.
    assert outputs_of(weighted, X) == pytest.approx(outputs_of(repeated, X), rel=1e-8, abs=1e-8)
    assert outputs_of(kind(**options).fit(X, y), X) != pytest.approx(outputs_of(weighted, X))


@KINDS
@SOLVERS
@pytest.mark.parametrize("layout", [sparse.csr_matrix, sparse.csc_array, sparse.coo_array])
def test_sparse_rows_are_learnt_as_dense_ones(kind, solver, layout):
    X, y = nn.data.moons(10, noise=0.2)
    X = np.maximum(X, 0.5) - 0.5
    options = QUICK | {"solver": solver, "random_state": 0, "max_iter": 3}
    dense, thin = kind(**options).fit(X, y), kind(**options).fit(layout(X), y)
    # Models predict few rows by their Values at first, and soon by a program: rounding differs.
    assert outputs_of(thin, layout(X)) == pytest.approx(outputs_of(dense, X), rel=1e-12)


@KINDS
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_goes_on_where_it_was(kind, solver):
    """As many calls as epochs learn the same, to the bit, and go on after a fit."""
    X, y = nn.data.moons(50, noise=0.2, rng=0)
    options = QUICK | {"solver": solver, "random_state": 0}
    classes = {"classes": [0, 1]} if kind is MLPClassifier else {}
    whole = kind(**options | {"max_iter": 5}).fit(X, y)
    parts = kind(**options)
    for _ in range(5):
        parts.partial_fit(X, y, **classes)
    begun = kind(**options | {"max_iter": 2}).fit(X, y)
    for _ in range(3):
        begun.partial_fit(X, y)
    for one in (parts, begun):
        assert one.model_.state_dict() == whole.model_.state_dict()
        assert one.loss_curve_ == whole.loss_curve_
        assert one.n_iter_ == 5


def test_partial_fit_meets_classes_one_by_one():
    X, y = nn.data.moons(50, noise=0.2, rng=0)
    X, y = np.array(X), np.array(["a", "b"])[y]
    one = MLPClassifier(random_state=0, learning_rate=0.05)
    for _ in range(30):
        for label in "ab":
            one.partial_fit(X[y == label], y[y == label], classes=["b", "a"])
    assert [*one.classes_] == ["a", "b"]
    assert one.n_iter_ == 60
    with pytest.raises(autograd.InputValueError, match="label c, which is none of the classes"):
        one.partial_fit(X[:1], ["c"])
    with pytest.raises(autograd.InputValueError, match=r"of the shape \(\) .* but got \(2,\)"):
        one.partial_fit(X[:1], [[0, 1]])


@SOLVERS
def test_each_column_of_zeros_and_ones_is_a_label_by_itself(solver):
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (150, 2))
    Y = np.stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 0] > X[:, 1]], axis=1).astype(int)
    one = MLPClassifier((8,), solver=solver, max_iter=60, learning_rate=0.05, random_state=0)
    assert one.fit(X, Y).score(X, Y) > 0.9
    chances = one.predict_proba(X)
    assert chances.shape == Y.shape
    assert ((chances > 0.5) == one.predict(X)).all()
    assert np.exp(one.predict_log_proba(X)) == pytest.approx(chances, rel=1e-12)
    assert one.predict(X).dtype == Y.dtype
    assert (one.fit(X, sparse.csr_array(Y)).predict(X) == one.fit(X, Y).predict(X)).all()


def test_what_would_be_ignored_is_refused():
    X, y = nn.data.moons(10, noise=0.1)
    for options in ({"early_stopping": True}, {"patience": 3}):
        with pytest.raises(autograd.InputValueError, match="ends by itself, at a minimum"):
            MLPClassifier(solver="lbfgs", **options).fit(X, y)
    stopping = MLPClassifier(early_stopping=True)
    with pytest.raises(autograd.InputValueError, match="which sample_weight does not reach"):
        stopping.fit(X, y, sample_weight=np.ones(len(y)))
    with pytest.raises(autograd.InputValueError, match="leave out early_stopping"):
        stopping.partial_fit(X, y, classes=[0, 1])
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")
    with pytest.raises(autograd.InputValueError, match="needs all classes, in classes="):
        MLPClassifier().partial_fit(X, y)
    with pytest.raises(autograd.InputValueError, match="columns of zeros and ones, but y has"):
        MLPClassifier().fit([[0.0], [1.0]], [[2, 3], [3, 2]])
    with pytest.raises(autograd.InputValueError, match="a number of 0 or more"):
        MLPRegressor().fit(X, y, sample_weight=-np.ones(len(y)))
    with pytest.raises(autograd.InputValueError, match="a number above 0, but all are zero"):
        MLPRegressor().fit(X, y, sample_weight=np.zeros(len(y)))
    regressor = MLPRegressor().partial_fit(X, y)
    with pytest.raises(autograd.InputValueError, match="as before, of the shape"):
        regressor.partial_fit(X, np.zeros((len(y), 2)))


def test_lbfgs_tells_of_a_loss_that_overflows_and_keeps_the_start():
    model = nn.Neuron(1, rng=0)
    before = model.state_dict()
    with pytest.raises(nn.DivergenceError, match="on the way of L-BFGS; the parameters are as"):
        fit_lbfgs(model, [[1e200]], [1e200], loss=nn.mse_loss, max_iter=5, progress=False)
    assert model.state_dict() == before


def test_a_solver_may_follow_another():
    """L-BFGS first, then steps of Adam from where it ended."""
    X, y = [[0.0], [0.3], [0.7], [1.0]], [0, 0, 1, 1]
    model = MLPClassifier((2,), solver="lbfgs", max_iter=5, random_state=0).fit(X, y)
    model.set_params(solver="adam").partial_fit(X, y)
    assert len(model.loss_curve_) == model.n_iter_ > 1
