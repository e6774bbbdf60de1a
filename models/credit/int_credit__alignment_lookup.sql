{%- set group = 'account_id, alignment, product_family' %}
{%- set text = dbt.type_string() %}
-- The alignments, ready to be looked up with a transaction's account, family and date by one inner join: complete, each account
-- having one row of every map for every day, with an empty territory where no rule holds; without a family they name the
-- families that have rows of their own, and so don't hold for them.
with maps as (
    select coalesce(alignment, '') as alignment
    from {{ ref('stg_rules__territories') }}
    group by coalesce(alignment, '')
),

alignments as (
    select
        account_id,
        alignment,
        coalesce(product_family, '') as product_family,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        territory_id
    from {{ ref('int_credit__alignments') }}
),

with_neighbours as (
    select
        *,
        lag(valid_to, 1, date '0001-01-01') over (partition by {{ group }} order by valid_from) as previous_end,
        case when lead(valid_from) over (partition by {{ group }} order by valid_from) is null then valid_to end as last_end
    from alignments
    where valid_from > date '0001-01-01' or valid_to < date '9999-12-31'
),

own_families as (
    select
        account_id,
        alignment,
        {{ text_list("'|' || product_family || '|'", 'product_family') }} as other_families
    from (
        select
            account_id,
            alignment,
            product_family
        from alignments
        where product_family <> ''
        group by account_id, alignment, product_family
    ) as families
    group by account_id, alignment
),

-- with '' for events that name none, and those that events name though the account itself was set aside
accounts as (
    select account_id
    from {{ ref('dim_accounts') }}
    union
    select coalesce(account_id, '') as account_id
    from {{ ref('fct_transactions') }}
),

general as (
    select account_id, alignment
    from alignments
    where product_family = ''
    group by account_id, alignment
),

complete as (
    select {{ group }}, valid_from, valid_to, territory_id
    from alignments
    union all
    select {{ group }}, previous_end as valid_from, valid_from as valid_to, cast(null as {{ text }}) as territory_id
    from with_neighbours
    where previous_end < valid_from
    union all
    select {{ group }}, last_end as valid_from, date '9999-12-31' as valid_to, cast(null as {{ text }}) as territory_id
    from with_neighbours
    where last_end < date '9999-12-31'
    union all
    select
        accounts.account_id,
        maps.alignment,
        '' as product_family,
        date '0001-01-01' as valid_from,
        date '9999-12-31' as valid_to,
        cast(null as {{ text }}) as territory_id
    from accounts
    cross join maps
    left join general on accounts.account_id = general.account_id and maps.alignment = general.alignment
    where general.account_id is null
)

select
    complete.account_id,
    complete.alignment,
    complete.product_family,
    case when complete.product_family = '' then own_families.other_families end as other_families,
    complete.valid_from,
    complete.valid_to,
    complete.territory_id
from complete
left join own_families on complete.account_id = own_families.account_id and complete.alignment = own_families.alignment
