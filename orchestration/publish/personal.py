"""What of a person each published column holds, as dbt declares it (`meta: {personal: …}`, docs/decisions/0018).

A column that nobody has thought about is not harmless: a text needs a declaration, or a name that is known here.
"""

from __future__ import annotations

from orchestration.published_tables import PublishedColumn

# Replaced by pseudonyms; ids of one kind meet each other in joins.
HASHED = {
    "worker": "the HR system's id of a person",
    "user": "the CRM's id of a person",
    "account": "the CRM's id of a customer",
    "name": "name or address of a person or customer",
    "key": "an id that leads to such a one in the source, or is made of theirs; a file",
}
# Left out: null.
LEFT_OUT = {"detail": "what may hold a name or give it away: free text, dates of employment, places of rows in files"}
NONE = "none"  # nothing of a person
HARMLESS_TYPES = ("BOOLEAN", "DATE", "TIMESTAMP", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL")
# Texts of the calendar, the rules, the contract and the build: the same for everybody, and named the same everywhere.
_HARMLESS = """
    alignment assignment_role build_id by_component_id by_component_name cause code_revision component_id
    component_name component_source country credit_rule_id credit_source cross_component_id currency draw_type
    due_period_id earned_period_id entity event_type from_currency hold_period_id incentive_currency
    incentive_proration industry job_title kind line_type measure_id measure_name measured_value method
    opportunity_type origin_period_id parent_territory_id parent_territory_name pay_period_id pay_state pay_window
    payment_frequency payout_basis payroll_currency period_id plan_id plan_name product_family product_id product_name
    quarter_id quota_basis quota_period quota_proration raw_load_id reason_code region release_event release_period_id
    reversed_period_id sales_role segment severity source_system status territory_id territory_name territory_names
    tier_basis tier_method to_currency window_id year_id
    """
HARMLESS_TEXTS = frozenset(_HARMLESS.split())


def undeclared(column: PublishedColumn, data_type: str) -> str | None:
    """Why a column of a DuckDB type can't be published without names; None if it can."""
    is_text = data_type == "VARCHAR"
    if column.personal is None:
        harmless = column.name in HARMLESS_TEXTS if is_text else data_type.split("(")[0] in HARMLESS_TYPES
        return None if harmless else "does not say what of a person it holds"
    if column.personal in HASHED:
        return None if is_text else f"is {data_type}: only text is replaced by a pseudonym"
    if column.personal in LEFT_OUT or column.personal == NONE:
        return None
    return f"holds {column.personal!r}, which is none of {', '.join([*HASHED, *LEFT_OUT, NONE])}"
