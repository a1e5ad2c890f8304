package io.walferry.pipeline;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.snapshot.LedgerText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the ledger says of a table that is followed, so that it is known what was done to the table
 * since, whoever follows it then: the stream says only what it is.
 *
 * @param columns those that its rows at the destination were sent with, in their order; which of
 *     them are in the replica identity is not known
 * @param gone columns that it has lost, and has none of that name again
 * @param routes by which the publication carried it; empty if the line does not say that yet
 * @param since from here on the stream has these columns, or later ones: they are the catalog's,
 *     which is ahead of the stream as a rule. 0/0 if the stream has announced them
 * @param numbers by which columns are the same ones under other names, where the source tells them
 */
record FollowedTable(
    int oid,
    List<Column> columns,
    Set<String> gone,
    Set<String> routes,
    Lsn since,
    ColumnNumbers numbers) {
  /** Of a line that does not say it: the catalog was read at a start, nobody knows when. */
  static final Lsn UNKNOWN = new Lsn(-1);

  private static final int FIELDS_OF_COLUMN = 3;
  private static final String ROUTE_END = ",";

  /** What a line of the second format begins with; one of the first begins with a number. */
  private static final String FORMAT = "v2";

  /** The same with numbers of columns in front of them. */
  private static final String FORMAT_WITH_NUMBERS = "v3";

  private static final int HEAD = 5;

  FollowedTable {
    columns =
        columns.stream()
            .map(it -> new Column(it.name(), it.typeOid(), it.typeModifier(), false))
            .toList();
    gone = Set.copyOf(gone);
    routes = Set.copyOf(routes);
  }

  /** As the catalog has it, which was read when the log ended there. */
  static FollowedTable of(PublishedTable table, Lsn walEnd) {
    List<Column> columns =
        table.columns().stream()
            .map(it -> new Column(it.name(), it.typeOid(), it.typeModifier(), false))
            .toList();
    return new FollowedTable(
        table.oid(), columns, Set.of(), table.routes(), walEnd, ColumnNumbers.NONE);
  }

  /** The same table, carried by these. */
  FollowedTable by(Set<String> now) {
    return new FollowedTable(oid, columns, gone, now, since, numbers);
  }

  /** The same table under the number that it has on a server which was made of the other one. */
  FollowedTable numbered(int now) {
    return new FollowedTable(now, columns, gone, routes, since, numbers);
  }

  /** Returns what the destination has, as rows of another table that has come to its name. */
  FollowedTable replacedBy(PublishedTable other) {
    return new FollowedTable(other.oid(), columns, gone, other.routes(), since, ColumnNumbers.NONE);
  }

  /** The same table with these numbers of its columns. */
  FollowedTable with(ColumnNumbers now) {
    return new FollowedTable(oid, columns, gone, routes, since, now);
  }

  /** The same table with the columns that the stream has announced. */
  FollowedTable as(Relation announced) {
    Set<String> lost = new HashSet<>(gone);
    columns.forEach(column -> lost.add(column.name()));
    announced.columns().forEach(column -> lost.remove(column.name()));
    return new FollowedTable(
        oid, announced.columns(), lost, routes, Lsn.ZERO, numbers.as(announced.columns()));
  }

  /** The table as it was, in the terms of one that it has become. */
  Relation relation(Relation now) {
    return new Relation(oid, now.table(), now.replicaIdentity(), columns);
  }

  /** Whether a change of the relation brings the same columns. */
  boolean hasColumnsOf(Relation relation) {
    boolean same =
        columns.size() == relation.columns().size() && !numbers.isAnotherOf(relation.columns());
    for (int i = 0; same && i < columns.size(); i++) {
      Column ours = columns.get(i);
      Column theirs = relation.columns().get(i);
      same =
          ours.name().equals(theirs.name())
              && ours.typeOid() == theirs.typeOid()
              && ours.typeModifier() == theirs.typeModifier();
    }
    return same;
  }

  /** Reads what {@link #line} has written. */
  static FollowedTable parse(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    boolean numbered = fields.getFirst().equals(FORMAT_WITH_NUMBERS);
    if (!numbered && !fields.getFirst().equals(FORMAT)) {
      return parseFirstFormat(fields);
    }
    int head = numbered ? HEAD + 2 : HEAD;
    return new FollowedTable(
        Integer.parseUnsignedInt(fields.get(1)),
        columns(fields.subList(head, fields.size())),
        Set.copyOf(inner(fields.get(4))),
        routes(fields.get(3)),
        Lsn.parse(fields.get(2)),
        numbered
            ? ColumnNumbers.parse(inner(fields.get(HEAD)), inner(fields.get(HEAD + 1)))
            : ColumnNumbers.NONE);
  }

  private static FollowedTable parseFirstFormat(List<String> fields) {
    int end = 1 + (fields.size() - 1) / FIELDS_OF_COLUMN * FIELDS_OF_COLUMN;
    return new FollowedTable(
        Integer.parseUnsignedInt(fields.getFirst()),
        columns(fields.subList(1, end)),
        Set.of(),
        end < fields.size() ? routes(fields.get(end)) : Set.of(),
        UNKNOWN,
        ColumnNumbers.NONE);
  }

  private static List<Column> columns(List<String> fields) {
    List<Column> columns = new ArrayList<>();
    for (int at = 0; at < fields.size(); at += FIELDS_OF_COLUMN) {
      columns.add(
          new Column(
              fields.get(at),
              Integer.parseUnsignedInt(fields.get(at + 1)),
              Integer.parseInt(fields.get(at + 2)),
              false));
    }
    return columns;
  }

  private static Set<String> routes(String field) {
    return field.isEmpty() ? Set.of() : Set.copyOf(List.of(field.split(ROUTE_END, -1)));
  }

  private static List<String> inner(String field) {
    return field.isEmpty() ? List.of() : LedgerText.fields(field);
  }

  LedgerEntry line(TableId table) {
    return line(table, LedgerEntry.Kind.TABLE);
  }

  /** The line of a name that it has left, with rows that stay. */
  LedgerEntry left(TableId name) {
    return line(name, LedgerEntry.Kind.LEFT);
  }

  /** The line of a table that is to become this one. */
  LedgerEntry begun(TableId table) {
    return line(table, LedgerEntry.Kind.ALTERATION);
  }

  private LedgerEntry line(TableId table, LedgerEntry.Kind kind) {
    boolean numbered = !numbers.equals(ColumnNumbers.NONE);
    List<String> fields = new ArrayList<>();
    fields.add(numbered ? FORMAT_WITH_NUMBERS : FORMAT);
    fields.add(Integer.toUnsignedString(oid));
    fields.add(since.toString());
    fields.add(String.join(ROUTE_END, routes.stream().sorted().toList()));
    fields.add(LedgerText.of(gone.stream().sorted().toList()));
    if (numbered) {
      fields.add(LedgerText.of(numbers.knownFields()));
      fields.add(LedgerText.of(numbers.toldFields()));
    }
    for (Column column : columns) {
      fields.add(column.name());
      fields.add(Integer.toUnsignedString(column.typeOid()));
      fields.add(Integer.toString(column.typeModifier()));
    }
    return new LedgerEntry(table, kind, "", LedgerText.of(fields));
  }

  /**
   * Whether the publication may not have carried the table all the time, or not the same rows and
   * columns of it: nothing by which it did is left.
   */
  boolean wasLeftOut(PublishedTable now) {
    return !routes.isEmpty() && Collections.disjoint(routes, now.routes());
  }

  /** Why the rows that were brought of this table print otherwise now; empty if they do not. */
  Optional<String> rewritten(PublishedTable now) {
    return ColumnDifference.rewritten(columns, of(now, Lsn.ZERO).columns());
  }
}
