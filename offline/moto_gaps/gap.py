"""How a gap of moto's is filled: a method that it lacks, or one that is corrected."""

from collections.abc import Callable
from typing import Any

Moto = Any
"""An object of moto's; its classes are not written to be extended, so their types do not help."""

Method = Callable[..., Any]

Addition = tuple[type, Method]
"""A class of moto's, and a method that it lacks; the function's name is the method's."""

Correction = tuple[type, str, Callable[[Any], Any]]
"""A class of moto's, the name of what is wrong in it, and what gives the right one for it."""
