"""Whether the last whole month of a table of events is like those before it: by rows, and by amount and currency.

Median and median deviation (MAD), which one odd month doesn't move; a deviation of less than a twentieth of the median
counts as that, so that a very even history doesn't make every month an odd one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from orchestration.quality.suite import Check, Checked
from orchestration.workspace import BoundSettings

LEAST_DEVIATION = "0.05"


def trend_checks(checked: Checked, columns: Sequence[str], bounds: BoundSettings, as_of: date) -> Iterator[Check]:
    """Warnings on volume and amount. columns: of date and amount, and of currency where there is one."""
    event_date, amount, *currency = columns
    month = (as_of + timedelta(days=1)).replace(day=1)  # months before it are over
    values = ("found", "usual", "lowest", "highest")
    for name, measured, group in (
        ("volume_is_usual", "count(*)", "'all'"),
        ("amount_is_usual", f"sum({amount})", f"coalesce({currency[0]}, 'none')" if currency else "'all'"),
    ):
        query = _unusual(event_date, measured, group, bounds, month)
        yield checked.has_none(name, query, values, severity="warn")


def _unusual(event_date: str, measured: str, group: str, bounds: BoundSettings, month: date) -> str:
    """The last month's figure where it lies out of bounds, with them. A month without rows counts as 0; what has fewer
    months than asked for, from its first one on, has no bounds yet."""
    return f"""
        with months as (
            select date_trunc('month', {event_date})::date as month, {group} as series, {measured} as figure
            from {{rows}} as checked
            where {event_date} < date '{month}'
                and {event_date} >= date '{month}' - interval {bounds.trailing_months + 1} month
            group by all
        ),
        calendar as (
            select series,
                unnest(range(min(month)::timestamp, date '{month}'::timestamp, interval 1 month))::date as month
            from months group by series
        ),
        series as (
            select series, month, coalesce(figure, 0)::double as figure,
                month = max(month) over (partition by series) as is_last
            from calendar left join months using (series, month)
        ),
        medians as (
            select series, median(figure) as usual, count(*) as month_count from series
            where not is_last group by series
        ),
        deviations as (
            select series, usual, greatest(median(abs(figure - usual)), abs(usual) * {LEAST_DEVIATION}) as deviation
            from series inner join medians using (series)
            where not is_last and month_count >= {bounds.least_months} group by series, usual
        )
        select series, month, figure as found, usual, usual - {bounds.deviations} * deviation as lowest,
            usual + {bounds.deviations} * deviation as highest
        from series inner join deviations using (series)
        where is_last and abs(figure - usual) > {bounds.deviations} * deviation
        """
