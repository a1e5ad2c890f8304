package io.walferry.pipeline;

import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.snapshot.LedgerText;
import java.util.ArrayList;
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
 */
record FollowedTable(int oid, Map<String, Type> types) {
  private static final Set<Integer> WHOLE_NUMBERS = Set.of(20, 21, 23);
  private static final Set<Integer> TEXTS = Set.of(25, 1043);
  private static final int NUMERIC = 1700;
  private static final int FIELDS_OF_COLUMN = 3;

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
    return new FollowedTable(table.oid(), types);
  }

  /** Reads what {@link #line} has written. */
  static FollowedTable parse(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    Map<String, Type> types = new LinkedHashMap<>();
    for (int at = 1; at < fields.size(); at += FIELDS_OF_COLUMN) {
      types.put(
          fields.get(at),
          new Type(
              Integer.parseUnsignedInt(fields.get(at + 1)), Integer.parseInt(fields.get(at + 2))));
    }
    return new FollowedTable(Integer.parseUnsignedInt(fields.getFirst()), types);
  }

  /** The line of a table that is followed from now on. */
  static LedgerEntry line(PublishedTable table) {
    List<String> fields = new ArrayList<>();
    fields.add(Integer.toUnsignedString(table.oid()));
    for (PublishedColumn column : table.columns()) {
      fields.add(column.name());
      fields.add(Integer.toUnsignedString(column.typeOid()));
      fields.add(Integer.toString(column.typeModifier()));
    }
    return new LedgerEntry(table.table(), LedgerEntry.Kind.TABLE, "", LedgerText.of(fields));
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
