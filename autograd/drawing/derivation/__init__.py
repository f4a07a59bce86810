"""Why a derivative is what it is: paths, factors and formulas; start at :mod:`.explanation`."""
