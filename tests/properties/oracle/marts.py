"""The marts of one calculation, and the calculation from end to end (calculation.md 0 to 7)."""

from __future__ import annotations

from . import deal_earnings
from .attainment import Attainments
from .credits import Crediting
from .earnings import Earnings
from .findings import Findings
from .inputs import Company, Inputs, Row
from .payouts import Payouts
from .people import People
from .periods import Calendar
from .quotas import Quotas
from .rates import Rates
from .releases import Holds
from .rules import refuse_bad_rules
from .territories import Alignments
from .transactions import Transactions

Marts = dict[str, list[Row]]


def compute(company: Company) -> Marts:
    """Mart name to rows. Raises RulesError where the company's rules have no meaning."""
    inputs = Inputs(company)
    refuse_bad_rules(inputs)
    findings = Findings()
    calendar = Calendar(inputs)
    rates = Rates(inputs, findings)
    people = People(inputs, findings)
    transactions = Transactions(inputs, calendar, findings)
    alignments = Alignments(inputs)
    crediting = Crediting(inputs, calendar, people, transactions, alignments, findings)
    quotas = Quotas(inputs, calendar)
    attainments = Attainments(inputs, calendar, people, crediting.all, quotas, rates, findings)
    earnings = Earnings(inputs, calendar, attainments, rates, findings)
    deal_rows = deal_earnings.deal_rows(earnings.all)
    holds = Holds(inputs, calendar, transactions)
    payouts = Payouts(inputs, calendar, people, earnings.all, deal_rows, holds, rates, findings)
    return {
        "dim_periods": calendar.rows(),
        "fct_transactions": transactions.rows(),
        "fct_territory_alignments": alignments.rows(),
        "fct_credits": crediting.rows(),
        "fct_quotas": quotas.rows(),
        "fct_attainment": attainments.rows(),
        "fct_earnings": earnings.rows(),
        "fct_deal_earnings": deal_earnings.rows(deal_rows),
        "fct_payouts": payouts.rows(),
        "exceptions": findings.rows(),
    }
