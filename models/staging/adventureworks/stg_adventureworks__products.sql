-- The family is the category above the product's subcategory; parts that are not sold have none.
with products as (
    select product_id, name, product_subcategory_id, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'product') }} as landed
)

select
    'adventureworks' as source_system,
    cast(products.product_id as {{ dbt.type_string() }}) as product_id,
    products.name as product_name,
    categories.name as product_family,
    products.raw_load_id,
    products.raw_file,
    products.raw_row_number
from products
left join {{ current_rows('raw_adventureworks', 'product_subcategory') }} as subcategories
    on products.product_subcategory_id = subcategories.product_subcategory_id
left join {{ current_rows('raw_adventureworks', 'product_category') }} as categories
    on subcategories.product_category_id = categories.product_category_id
