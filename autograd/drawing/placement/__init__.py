"""Where boxes stand: columns, order, coordinates; start at :mod:`.ranks`."""
