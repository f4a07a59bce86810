"""Estimators for scikit-learn: its own checks, and what they leave open."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import autograd
import nn
from nn.sklearn import MLPClassifier, MLPRegressor

# Enough for the accuracy that the checks ask for, on their hundreds of examples.
QUICK = {"hidden_layer_sizes": (8,), "max_iter": 20, "learning_rate": 0.03}


@pytest.mark.filterwarnings("ignore")  # the checks call for warnings of all kinds
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_scikit_learn_s_own_checks_pass(kind):
    """None is expected to fail."""
    results = check_estimator(kind(**QUICK), on_fail=None)
    failed = {
        result["check_name"]: repr(result["exception"])
        for result in results
        if result["status"] not in ("passed", "skipped")
    }
    assert failed == {}
    # These need an array API switched on in the environment, and pandas.
    skipped = {result["check_name"] for result in results if result["status"] == "skipped"}
    assert skipped <= {
        "check_array_api_input",
        "check_classifier_data_not_an_array",
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
    X, y = nn.data.xor(20, noise=0.1)
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
    X, y = nn.data.xor(20, noise=0.1)
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
    X, y = nn.data.xor(20, noise=0.1)
    states = [
        MLPClassifier(size, max_iter=3, random_state=0).fit(X, y).model_.state_dict()
        for size in (4, np.int64(4), (4,))
    ]
    assert states[0] == states[1] == states[2]


def test_logarithms_of_probabilities_are_exact():
    """Also where the probability itself is 0 in doubles."""
    X, y = nn.data.xor(20, noise=0.1)
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
    with pytest.raises(autograd.InputValueError, match="solver is one of adam, sgd, but got 'new"):
        kind(solver="newton").fit(X, y)
