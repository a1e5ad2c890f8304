package io.walferry.library;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceTypes;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import io.walferry.type.MalformedValueException;
import io.walferry.type.PgType;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The types of rows. Those of users and extensions are looked up at the source when they are met
 * first, over a short session of its own, and those with attributes again when a row does not fit
 * them: the stream does not say that a type was altered. For the thread that delivers.
 */
final class EventTypes {
  private static final Logger LOG = LoggerFactory.getLogger(EventTypes.class);

  /** A bound for feeds that announce relations anew again and again. */
  private static final int TYPES_MAX = 1024;

  /** Rows from before an alteration may come again after it. */
  private static final int EARLIER_MAX = 8;

  /**
   * A row that fits nothing, since it is older than all that is known, costs no look of its own.
   */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final PostgresConnector source;
  private final NanoClock clock;
  private final IdentityHashMap<Relation, Known> types = new IdentityHashMap<>();
  private TypeCatalog catalog = TypeCatalog.BUILT_IN;
  private boolean warned;

  /** What was true before types were altered, the latest first. */
  private final Deque<TypeCatalog> earlier = new ArrayDeque<>();

  /** What is known of a relation. */
  private static final class Known {
    private RowType type;
    private Optional<Stopwatch> sinceVainLook = Optional.empty();

    /** The columns whose types can be altered under their values. */
    private final List<Integer> composites;

    Known(RowType type) {
      this.type = type;
      this.composites =
          IntStream.range(0, type.relation().columns().size())
              .filter(column -> hasAttributes(type.type(column)))
              .boxed()
              .toList();
    }

    Set<Integer> oids() {
      List<Column> columns = type.relation().columns();
      return composites.stream()
          .map(column -> columns.get(column).typeOid())
          .collect(Collectors.toSet());
    }

    boolean fits(TypedRow row) {
      return composites.stream().allMatch(column -> fits(row, column));
    }

    private static boolean fits(TypedRow row, int column) {
      if (row.isNull(column) || row.isUnchanged(column)) {
        return true;
      }
      try {
        var unused = row.get(column);
        // As a type that is not known at all it would fit as well.
        return hasAttributes(row.type().type(column));
      } catch (MalformedValueException e) {
        return false;
      }
    }

    boolean mayLook() {
      return sinceVainLook.filter(it -> !it.hasReached(LOOK_AGAIN)).isEmpty();
    }

    boolean isLike(RowType other) {
      return composites.stream().allMatch(column -> other.type(column).equals(type.type(column)));
    }
  }

  EventTypes(PostgresConnector source, NanoClock clock) {
    this.source = source;
    this.clock = clock;
  }

  /** The row with the types that it fits; with the latest ones if it fits none. */
  TypedRow typed(Relation relation, Row row) {
    Known known = types.get(relation);
    if (known == null) {
      if (types.size() >= TYPES_MAX) {
        types.clear();
      }
      learn(relation, catalog.unknown(relation));
      known = new Known(new RowType(relation, catalog));
      types.put(relation, known);
    }
    TypedRow typed = known.type.over(row);
    return known.fits(typed) ? typed : fitting(relation, known, row);
  }

  private TypedRow fitting(Relation relation, Known known, Row row) {
    RowType now = new RowType(relation, catalog);
    if (known.isLike(now) && known.mayLook()) {
      now = lookedAgain(relation, known);
    }
    known.type = now;
    TypedRow latest = now.over(row);
    return known.fits(latest)
        ? latest
        : earlier.stream()
            .map(before -> new RowType(relation, before).over(row))
            .filter(known::fits)
            .findFirst()
            .orElse(latest);
  }

  private RowType lookedAgain(Relation relation, Known known) {
    TypeCatalog before = catalog;
    try {
      learn(relation, known.oids());
    } catch (WalferryException e) {
      // The stream goes on: the row is handed out as one that nobody knows any better.
      warn(relation, e);
    }
    RowType now = new RowType(relation, catalog);
    if (known.isLike(now)) {
      known.sinceVainLook = Optional.of(Stopwatch.start(clock));
      return now;
    }
    earlier.addFirst(before);
    if (earlier.size() > EARLIER_MAX) {
      earlier.removeLast();
    }
    return now;
  }

  private void warn(Relation relation, WalferryException cause) {
    if (!warned) {
      warned = true;
      LOG.warn(
          "The types of {} could not be looked up again: {} ({}); looked up at a later row",
          relation.table(),
          cause.getMessage(),
          cause.code());
    }
  }

  private void learn(Relation relation, Set<Integer> oids) {
    if (oids.isEmpty()) {
      return;
    }
    try (Connection connection = source.connect()) {
      catalog = SourceTypes.learn(catalog, oids, connection);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "look up the types of " + relation);
    }
  }

  /** Whether values consist of attributes, or of such values. */
  private static boolean hasAttributes(PgType type) {
    return switch (type) {
      case PgType.CompositeType composite -> true;
      case PgType.ArrayType array -> hasAttributes(array.element());
      case PgType.DomainType domain -> hasAttributes(domain.base());
      case PgType.RangeType range -> hasAttributes(range.subtype());
      case PgType.MultirangeType multirange -> hasAttributes(multirange.range());
      case PgType.ScalarType scalar -> false;
      case PgType.EnumType labels -> false;
      case PgType.UnknownType unknown -> false;
    };
  }

  /** A table whose rows are read, as the stream would announce it. */
  static Relation relation(PublishedTable table) {
    boolean full = table.replicaIdentity() == ReplicaIdentity.FULL;
    List<Column> columns =
        table.columns().stream()
            .map(
                column ->
                    new Column(
                        column.name(),
                        column.typeOid(),
                        column.typeModifier(),
                        full || table.primaryKey().contains(column.name())))
            .toList();
    return new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
  }
}
