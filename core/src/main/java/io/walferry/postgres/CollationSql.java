package io.walferry.postgres;

/** What the catalog says of collations, in SQL. */
public final class CollationSql {
  private CollationSql() {}

  /**
   * An expression for what a collation is made of if it is not deterministic, so that values which
   * differ may be equal under it: the same text for the same provider, locale and rules. NULL if it
   * tells all values apart, as every one does before 12.
   *
   * @param oid an expression for the collation's oid
   */
  public static String nondeterministic(String oid) {
    return """
    (SELECT concat_ws(' ', to_jsonb(loose) ->> 'collprovider',
        coalesce(to_jsonb(loose) ->> 'colllocale', to_jsonb(loose) ->> 'colliculocale',
          to_jsonb(loose) ->> 'collcollate'),
        to_jsonb(loose) ->> 'collicurules')
      FROM pg_catalog.pg_collation loose
      WHERE loose.oid = %s
        AND NOT coalesce((to_jsonb(loose) ->> 'collisdeterministic')::boolean, true))\
    """
        .formatted(oid);
  }
}
