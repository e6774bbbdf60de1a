-- What the ledger has paid, held and released of an earned month (calculation.md §7). By currency too: where a plan's
-- currency changed, the old lines are taken back in the currency in which they were paid.
with settled_lines as (
    select * from {{ ref('stg_ledger__settled_payouts') }}
    where line_type in ('earning', 'hold', 'adjustment', 'release')
)

select
    worker_id,
    component_id,
    earned_period_id,
    currency,
    cast(sum(case when line_type = 'release' then 0 else amount end) as {{ money() }}) as settled_amount,
    cast(sum(case when line_type = 'release' then amount else 0 end) as {{ money() }}) as settled_release_amount
from settled_lines
group by worker_id, component_id, earned_period_id, currency
