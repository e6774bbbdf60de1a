-- The alignments, ready to be looked up with a transaction's account and family in one join: those for any family name the
-- families that have alignments of their own in the same map, and so don't hold for them.
with own_families as (
    select
        account_id,
        alignment,
        {{ text_list("'|' || product_family || '|'", 'product_family') }} as other_families
    from (
        select
            account_id,
            alignment,
            product_family
        from {{ ref('int_credit__alignments') }}
        where product_family is not null
        group by account_id, alignment, product_family
    ) as families
    group by account_id, alignment
)

select
    alignments.account_id,
    alignments.alignment,
    alignments.product_family,
    case when alignments.product_family is null then own_families.other_families end as other_families,
    alignments.valid_from,
    alignments.valid_to,
    alignments.territory_id
from {{ ref('int_credit__alignments') }} as alignments
left join own_families
    on alignments.account_id = own_families.account_id and alignments.alignment = own_families.alignment
