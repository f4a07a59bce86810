"""Summaries: the table of a model's layers."""

import numpy as np

import autograd
import nn


def lines(model):
    return [line.split() for line in model.summary().splitlines()]


def test_networks_list_their_layers():
    model = nn.MLP(784, [16, 16, 10], activation="sigmoid", rng=0)
    assert lines(model)[1:] == [
        ["layers.0", "Layer", "784", "16", "sigmoid", "12560"],
        ["layers.1", "Layer", "16", "16", "sigmoid", "272"],
        ["layers.2", "Layer", "16", "10", "linear", "170"],
        ["total", "13002"],
    ]


def test_single_layers_and_neurons_are_summarised_too():
    assert lines(nn.Layer(3, 2, activation="relu", rng=0))[1:] == [
        ["itself", "Layer", "3", "2", "relu", "8"],
        ["total", "8"],
    ]
    assert lines(nn.Neuron(3, rng=0))[1] == ["itself", "Neuron", "3", "1", "linear", "4"]


def test_functions_and_shared_layers_count_once():
    """A shared layer is shown where it stands, but its parameters are counted where it is first."""
    layer = nn.Layer(2, 2, activation="tanh", rng=0)
    model = nn.Sequential(layer, layer, autograd.softmax)
    assert lines(model)[1:] == [
        ["layers.0", "Layer", "2", "2", "tanh", "6"],
        ["layers.1", "Layer", "2", "2", "tanh", "shared"],
        ["layers.2", "softmax", "0"],
        ["total", "6"],
    ]


class Own(nn.Module):
    """A module with a layer and a parameter beside it."""

    def __init__(self):
        self.hidden = nn.Layer(2, 3, rng=0)
        self.scale = autograd.Value(1.0)

    def __call__(self, inputs):
        return [self.scale * h for h in self.hidden(inputs)]


def test_parameters_outside_the_layers_are_in_the_total():
    """In a line of their own, so that it adds up."""
    assert lines(Own())[1:] == [
        ["hidden", "Layer", "2", "3", "linear", "9"],
        ["beside", "them", "1"],
        ["total", "10"],
    ]


def test_what_is_no_part_is_passed_over():
    """A class of modules, and an array of objects without an axis, as attributes."""
    model = Own()
    model.kind, model.label = nn.Layer, np.array("x", dtype=object)
    assert [path for path, _ in model.named_parameters()] == [
        path for path, _ in Own().named_parameters()
    ]
    assert model.summary() == Own().summary()
