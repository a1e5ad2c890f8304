package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.snapshot.LedgerText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the ledger says of a table that is followed, so that a later start knows whether it is still
 * the same one: what was done to its rows while nobody looked is not in the stream.
 *
 * @param types of its columns by their names
 * @param routes by which the publication carried it; empty if the line does not say that yet
 */
record FollowedTable(int oid, Map<String, Type> types, Set<String> routes) {
  private static final Set<Integer> WHOLE_NUMBERS = Set.of(20, 21, 23);
  private static final Set<Integer> TEXTS = Set.of(25, 1043);
  private static final int NUMERIC = 1700;
  private static final int FIELDS_OF_COLUMN = 3;
  private static final String ROUTE_END = ",";

  /** As the catalog numbers it. */
  record Type(int oid, int modifier) {
    private static final int UNLIMITED = -1;
    private static final int NUMERIC_SCALE_MASK = 0x7FF;
    private static final int NUMERIC_MODIFIER_BASE = 4;

    /** Whether every row that was there prints as before, if its column has come to this type. */
    boolean keepsText(Type now) {
      return equals(now)
          || (WHOLE_NUMBERS.contains(oid) && WHOLE_NUMBERS.contains(now.oid))
          || (TEXTS.contains(oid) && TEXTS.contains(now.oid))
          || (oid == NUMERIC && now.oid == NUMERIC && keepsScale(now));
    }

    private boolean keepsScale(Type now) {
      return now.modifier == UNLIMITED
          || (modifier != UNLIMITED && numericScale() == now.numericScale());
    }

    private int numericScale() {
      return (modifier - NUMERIC_MODIFIER_BASE) & NUMERIC_SCALE_MASK;
    }
  }

  static FollowedTable of(PublishedTable table) {
    Map<String, Type> types = new LinkedHashMap<>();
    for (PublishedColumn column : table.columns()) {
      types.put(column.name(), new Type(column.typeOid(), column.typeModifier()));
    }
    return new FollowedTable(table.oid(), types, table.routes());
  }

  /** The same table, carried by these. */
  FollowedTable by(Set<String> now) {
    return new FollowedTable(oid, types, now);
  }

  /** Reads what {@link #line} has written. */
  static FollowedTable parse(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    Map<String, Type> types = new LinkedHashMap<>();
    int columns = (fields.size() - 1) / FIELDS_OF_COLUMN;
    int end = 1 + columns * FIELDS_OF_COLUMN;
    for (int at = 1; at < end; at += FIELDS_OF_COLUMN) {
      types.put(
          fields.get(at),
          new Type(
              Integer.parseUnsignedInt(fields.get(at + 1)), Integer.parseInt(fields.get(at + 2))));
    }
    Set<String> routes =
        end < fields.size() ? Set.copyOf(List.of(fields.get(end).split(ROUTE_END, -1))) : Set.of();
    return new FollowedTable(Integer.parseUnsignedInt(fields.getFirst()), types, routes);
  }

  /** The line of a table that is followed from now on. */
  static LedgerEntry line(PublishedTable table) {
    return of(table).line(table.table());
  }

  LedgerEntry line(TableId table) {
    List<String> fields = new ArrayList<>();
    fields.add(Integer.toUnsignedString(oid));
    types.forEach(
        (column, type) -> {
          fields.add(column);
          fields.add(Integer.toUnsignedString(type.oid()));
          fields.add(Integer.toString(type.modifier()));
        });
    if (!routes.isEmpty()) {
      fields.add(String.join(ROUTE_END, routes.stream().sorted().toList()));
    }
    return new LedgerEntry(table, LedgerEntry.Kind.TABLE, "", LedgerText.of(fields));
  }

  /**
   * Whether the publication may not have carried the table all the time, or not the same rows and
   * columns of it: nothing by which it did is left.
   */
  boolean wasLeftOut(PublishedTable now) {
    return !routes.isEmpty() && Collections.disjoint(routes, now.routes());
  }

  /** Why the rows that were brought of this table may not be those of that one any more. */
  Optional<String> difference(PublishedTable now) {
    if (oid != now.oid()) {
      return Optional.of(
          now.table() + " is another table of the same name than the one that was followed");
    }
    return now.columns().stream()
        .filter(column -> !keepsText(column))
        .findFirst()
        .map(
            column ->
                "column "
                    + column.name()
                    + " of "
                    + now.table()
                    + " had another type than "
                    + column.typeName()
                    + " when it was followed");
  }

  private boolean keepsText(PublishedColumn now) {
    Type known = types.get(now.name());
    return known == null || known.keepsText(new Type(now.typeOid(), now.typeModifier()));
  }
}
