-- What an auditor compares the ledger with: its number of lines and its hash after each closing.
select
    period_id,
    closed_at,
    closed_by,
    approved_by,
    note,
    build_id,
    code_revision,
    line_count,
    ledger_line_count,
    head_hash
from {{ ref('stg_ledger__closed_periods') }}
