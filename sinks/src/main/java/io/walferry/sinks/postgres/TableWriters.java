package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.run.RunSender;
import io.walferry.sinks.run.TableChanges;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.KeptColumns;
import io.walferry.type.RowType;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The writers of the relations that were met, each checked against the table when first met. */
final class TableWriters {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int WRITERS_MAX = 256;

  /** Below it, types have the same oid on every server. */
  private static final int FIRST_UNSTABLE_OID = 10_000;

  private final DestinationDatabase database;
  private final SqlSession session;
  private final PendingChanges pending;
  private final PostgresTables tables;
  private final boolean merge;
  private final DdlPolicies ddl;
  private final SourceColumns source;
  private final IdentityHashMap<Relation, TableWriter> writers = new IdentityHashMap<>();

  TableWriters(
      DestinationDatabase database,
      PostgresTables tables,
      SqlSession session,
      PendingChanges pending,
      SourceColumns source,
      PostgresSinkSettings settings) {
    this.database = database;
    this.tables = tables;
    this.merge = settings.existing() == ExistingRows.MERGE;
    this.ddl = settings.ddl();
    this.session = session;
    this.pending = pending;
    this.source = source;
  }

  /** Looks at every table anew. Nothing waits. */
  void forget() {
    writers.clear();
  }

  TableWriter of(Relation relation) {
    if (writers.size() >= WRITERS_MAX && !writers.containsKey(relation)) {
      pending.flush();
      writers.clear();
    }
    return writers.computeIfAbsent(relation, this::open);
  }

  private TableWriter open(Relation relation) {
    TableId table = relation.table();
    TableShape found = find(table);
    KeptColumns kept = kept(relation, found);
    Relation taken = kept.relation();
    TableShape shape = widen(taken, found) ? find(table) : found;
    Map<String, String> types =
        ddl.retyped() == DdlPolicy.IGNORE ? Map.of() : announcedTypes(taken);
    List<String> problems = ShapeCheck.problems(taken, types, shape);
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The table does not fit in " + session.display() + ": " + String.join("; ", problems));
    }
    NotNullColumns notNull = new NotNullColumns(session, taken, shape, ddl.retyped());
    return new TableWriter(shape, kept, notNull, changes(taken, shape));
  }

  private KeptColumns kept(Relation relation, TableShape found) {
    return ddl.added() == DdlPolicy.IGNORE
        ? KeptColumns.of(relation, name -> found.column(name).isPresent())
        : KeptColumns.all(relation);
  }

  private TableChanges changes(Relation relation, TableShape shape) {
    RowLookup lookup = RowLookup.of(relation, shape);
    Set<String> key =
        relation.columns().stream()
            .filter(Column::key)
            .map(Column::name)
            .collect(Collectors.toSet());
    boolean orderFree =
        shape.onlyKeyIs(key)
            && shape.looseKey().isEmpty()
            && !shape.firesTriggers(database.replicaRole());
    IdentityIndex index = new IdentityIndex(session, relation, shape, lookup);
    RowType type = new RowType(relation, source.types());
    ChangeStatements statements =
        new ChangeStatements(relation, shape, passing(type, shape), lookup, merge);
    RowText text = new RowText(type, database.readsOctal());
    RunSender sender =
        new PostgresRunSender(session, relation, text, statements, shape.collationNote());
    return new TableChanges(relation, orderFree, index::ensure, sender);
  }

  /** The columns whose binary values are handed over as they are. */
  private static BitSet passing(RowType type, TableShape shape) {
    List<Column> columns = type.relation().columns();
    BitSet passing = new BitSet();
    for (int i = 0; i < columns.size(); i++) {
      passing.set(
          i, BinaryTypes.pass(type.type(i), shape.column(columns.get(i).name()).orElseThrow()));
    }
    return passing;
  }

  private TableShape find(TableId table) {
    return tables
        .find(table)
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Table " + table + " is missing in " + session.display()));
  }

  /**
   * Adds the columns that the table lacks, as far as it is known what its rows have in them. Rows
   * of before that wait here are sent first.
   */
  private boolean widen(Relation relation, TableShape found) {
    List<String> names = relation.columns().stream().map(Column::name).toList();
    List<PublishedColumn> addable =
        relation.columns().stream()
            .filter(column -> found.column(column.name()).isEmpty())
            .map(column -> published(relation, column))
            .filter(column -> ShapeCheck.isAddable(column, found, names))
            .toList();
    if (addable.isEmpty() || ddl.added() != DdlPolicy.APPLY) {
      return false;
    }
    pending.flush();
    addable.forEach(column -> tables.addColumn(found, column, column.formerValue()));
    return true;
  }

  private PublishedColumn published(Relation relation, Column announced) {
    return source
        .find(relation.table(), announced)
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.SOURCE_SCHEMA_MOVING,
                    "Column "
                        + announced.name()
                        + " of table "
                        + relation.table()
                        + " is missing in "
                        + session.display()
                        + ", and was not there, or not with this type, when the source's catalog"
                        + " was read"));
  }

  /** The names of the columns' types, without those of users that the catalog did not tell. */
  private Map<String, String> announcedTypes(Relation relation) {
    Map<String, String> types = new HashMap<>();
    for (Column column : relation.columns()) {
      Optional<String> known = source.typeName(column);
      if (known.isPresent()) {
        types.put(column.name(), known.get());
      } else if (Integer.compareUnsigned(column.typeOid(), FIRST_UNSTABLE_OID) < 0) {
        types.put(column.name(), builtIn(column));
      }
    }
    return types;
  }

  private String builtIn(Column column) {
    return session
        .query(
            "read a type's name",
            "SELECT format_type(?::oid, ?)",
            row -> row.getString(1),
            column.typeOid(),
            column.typeModifier())
        .getFirst();
  }
}
