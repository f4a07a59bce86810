"""Pages that live: one HTML file that computes a graph, steps through it, records and trains.

Start at :mod:`.stepper`, which puts a page together. :mod:`.javascript` prints rules, and
:mod:`.lowered` the graph, for ``program.js``; :mod:`.content` is what the other scripts show.
:mod:`.recorder`, :mod:`.film` and :mod:`.playground` are trainings.
"""
