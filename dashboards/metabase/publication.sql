-- Which build is published, and as of when? One row: put it on every dashboard.
select
    as_of,
    build_id,
    published_at,
    checks,
    code_revision
from marts.publication
