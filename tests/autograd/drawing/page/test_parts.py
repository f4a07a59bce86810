"""What is in a folded box stands in the page, down to single nodes, as far as the budget goes."""

import re

import autograd
from autograd import Value, draw
from autograd.drawing.formats.style import Style
from autograd.drawing.page.parts import Parts
from tests.autograd.drawing.graphs import network, neuron

SECTION = re.compile(
    r'<section class="ag-part" data-number="(\d+)" data-title="[^"]*" hidden>(.*?)</section>', re.S
)


def sections(y, budget):
    parts = Parts(draw(y).picture, Style(), frozenset(), budget)
    return parts, {
        int(number): text for number, text in SECTION.findall(parts.html(parts.pictures))
    }


def test_every_fold_has_its_section():
    """Numbers of boxes and of sections agree, in the picture and in the parts of parts."""
    parts, found = sections(network(2, (16, 16, 1)), 10**9)
    assert set(parts.of_boxes.values()) <= set(found)
    opened = {
        int(n) for text in found.values() for n in re.findall(r'<g [^>]*data-part="(\d+)"', text)
    }
    assert set(found) == opened | set(parts.of_boxes.values())


def test_sections_lead_back_to_where_they_were_opened():
    """The button of a part of the whole picture shows that, others the part around them."""
    parts, found = sections(network(20), 2_000_000)
    back = {
        n: re.search(r'<button type="button" data-part="(\d*)"', t)[1] for n, t in found.items()
    }
    assert {n for n, parent in back.items() if not parent} == set(parts.of_boxes.values())
    for number, parent in back.items():
        assert not parent or f'data-part="{number}"' in found[int(parent)]


def test_unfolding_ends_at_single_nodes():
    """Whatever is folded, a thousand sines of a thousand leaves can be seen one by one."""
    y = autograd.sum([autograd.sin(Value(float(i), f"x{i}")) for i in range(1000)])
    _, found = sections(y, 10**9)
    drawn = sum(text.count('class="box interior"') for text in found.values())
    drawn += sum(text.count('class="box output"') for text in found.values())
    assert drawn == 1000


def test_leaves_are_listed():
    """A family of leaves is a table of names and numbers."""
    y = autograd.sum([Value(float(i), f"<x{i}>") for i in range(300)])
    y.backward()
    _, found = sections(y, 10**9)
    assert "<tr><td>&lt;x7&gt;</td><td>7</td><td>1</td></tr>" in found[0]


def test_budget_limits_the_page():
    """What is beyond it is not in the page, and not clickable."""
    parts, found = sections(network(20), 200_000)
    assert 0 < len(parts.of_boxes) < 20
    assert len(found) == len(parts.of_boxes)
    assert not Parts(draw(network(20)).picture, Style(), frozenset(), 0).pictures


def test_picture_without_folds_has_no_parts():
    """And no script for them."""
    assert sections(neuron(), 10**9)[0].html([]) == ""
