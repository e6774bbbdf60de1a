-- What has to be mended before payday, and how? One row per finding, errors first.
-- severity: optional, error, warn or info. kind: optional.
select
    severity,
    kind,
    reason,
    remedy,
    entity,
    record_key,
    worker_id,
    period_id,
    amount,
    currency,
    file,
    row_number
from marts.rpt_exceptions
where exception_id is not null
    [[and severity = {{severity}}]]
    [[and kind = {{kind}}]]
order by case severity when 'error' then 1 when 'warn' then 2 else 3 end, kind, exception_id
