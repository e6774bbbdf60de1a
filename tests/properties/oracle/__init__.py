"""The calculation once more, in plain Python with exact fractions: an oracle for the SQL models.

Written from calculation.md alone, section by section, to be compared with: clear and exact rather
than fast. It reads rows that have passed the input contract, and knows nothing of the models.
"""

from .inputs import Company
from .marts import Marts, compute
from .rules import RulesError

__all__ = ["Company", "Marts", "RulesError", "compute"]
