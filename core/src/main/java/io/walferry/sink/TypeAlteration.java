package io.walferry.sink;

import io.walferry.publication.PrintedType;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.Set;

/**
 * Tells of a followed table that a type of its columns was altered in place, so that rows which are
 * there print otherwise, without a change of any row.
 *
 * @param table as the catalog has it
 * @param types oids of types of columns that are the altered one, or are made of it
 * @param before the type when rows were brought last
 * @param now the type as the catalog has it
 */
public record TypeAlteration(
    PublishedTable table, Set<Integer> types, PrintedType before, PrintedType now) {
  public TypeAlteration {
    types = Set.copyOf(types);
  }

  /** Returns the columns whose values may print otherwise. */
  public List<PublishedColumn> columns() {
    return table.columns().stream().filter(column -> types.contains(column.typeOid())).toList();
  }
}
