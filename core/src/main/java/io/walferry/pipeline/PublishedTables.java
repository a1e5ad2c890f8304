package io.walferry.pipeline;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.IdentityCheck;
import io.walferry.publication.IdentityProblem;
import io.walferry.publication.Publication;
import io.walferry.publication.Publication.Operation;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.Publications;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.RowFilters;
import io.walferry.publication.SourceTable;
import io.walferry.publication.TableDirectory;
import io.walferry.publication.TablePattern;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables of a feed: those that its publication carries and its settings ask for. */
final class PublishedTables {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedTables.class);
  private static final String DEFAULT_PATTERN = "public.*";

  private final FeedSettings feed;
  private final Connection sql;
  private final PublicationCatalog catalog;
  private final TableSelection selection;
  private final boolean rowsAreFound;
  private boolean created;

  /**
   * Reads the tables of a feed over a connection.
   *
   * @param rowsAreFound whether a destination looks for the rows that were changed or deleted, and
   *     is not to begin with tables whose rows nobody can find
   */
  PublishedTables(FeedSettings feed, Connection sql, boolean rowsAreFound) {
    this.feed = feed;
    this.sql = sql;
    this.rowsAreFound = rowsAreFound;
    this.catalog = new PublicationCatalog(sql);
    this.selection = new TableSelection(feed.tables(), List.of());
  }

  private List<PublishedTable> selected() {
    return catalog.tables(feed.publication()).stream()
        .filter(table -> selection.includes(table.table()))
        .toList();
  }

  private List<PublishedTable> existing() {
    List<PublishedTable> tables = selected();
    if (tables.isEmpty()) {
      throw new WalferryException(
          ErrorCode.TABLE_MISSING,
          "publication " + feed.publication() + " carries no table that the feed asks for");
    }
    return tables;
  }

  /**
   * The tables of a feed that stands at a position already. A table that is asked for by name must
   * be among them; one that a pattern has come to match meanwhile need not.
   *
   * @param left names that are not followed any more, whatever is asked for
   * @throws WalferryException {@code PUBLICATION_LOST} or {@code PUBLICATION_INCOMPLETE}
   */
  List<PublishedTable> followed(Position position, Set<TableId> left) {
    if (catalog.find(feed.publication()).isEmpty()) {
      throw new WalferryException(
          ErrorCode.PUBLICATION_LOST,
          "the destination stands at "
              + position.endLsn()
              + ", but publication "
              + feed.publication()
              + " does not exist");
    }
    List<TablePattern> asked = feed.tables().stream().map(TablePattern::parse).toList();
    TableDirectory directory = TableDirectory.read(sql);
    new Publications(sql)
        .ensure(
            feed.publication(),
            present(directory, asked.stream().filter(TablePattern::isLiteral)).stream()
                .filter(table -> !left.contains(table))
                .toList());
    warnOfTablesLeftOut(present(directory, asked.stream()));
    warnOfUnlogged(directory, asked);
    List<PublishedTable> tables = left.isEmpty() ? existing() : selected();
    judgeIdentities(tables);
    warnOfMissingFilters(tables);
    return tables;
  }

  /** The tables that are meant; one that was dropped meanwhile holds nothing up. */
  private static List<TableId> present(TableDirectory directory, Stream<TablePattern> asked) {
    return directory.matching(
        asked.filter(pattern -> directory.whyUnmatched(pattern).isEmpty()).toList());
  }

  private static void warnOfUnlogged(TableDirectory directory, List<TablePattern> asked) {
    List<TableId> unlogged = directory.unlogged(asked);
    if (!unlogged.isEmpty()) {
      LOG.warn(
          "Unlogged tables are not in the stream, so these are not followed: {}",
          unlogged.stream().map(TableId::toString).collect(Collectors.joining(", ")));
    }
  }

  private void warnOfTablesLeftOut(List<TableId> asked) {
    List<TableId> left = Publications.notCarried(sql, feed.publication(), asked);
    if (!left.isEmpty()) {
      LOG.warn(
          "Publication {} does not carry {}, so changes of it are not followed",
          feed.publication(),
          left.stream().map(TableId::toString).collect(Collectors.joining(", ")));
    }
  }

  /**
   * Works with the tables of the publication, which is created if it is missing and if the settings
   * allow that. If the feed is refused, a publication that was created here goes again.
   */
  <T> T use(Function<List<PublishedTable>, T> work) {
    try {
      return work.apply(existingOrCreated());
    } catch (WalferryException e) {
      discard(e);
      throw e;
    }
  }

  private List<PublishedTable> existingOrCreated() {
    boolean exists = catalog.find(feed.publication()).isPresent();
    if (!exists && !feed.create()) {
      throw new WalferryException(
          ErrorCode.PUBLICATION_MISSING,
          "publication " + feed.publication() + " does not exist and 'source.create' is false");
    }
    if (exists && feed.tables().isEmpty()) {
      List<PublishedTable> tables = existing();
      judgeIdentities(tables);
      warnOfMissingFilters(tables);
      return tables;
    }
    TableDirectory directory = TableDirectory.read(sql);
    List<TablePattern> patterns =
        (feed.tables().isEmpty() ? List.of(DEFAULT_PATTERN) : feed.tables())
            .stream().map(TablePattern::parse).toList();
    List<TableId> asked = directory.matching(patterns);
    warnOfUnlogged(directory, patterns);
    created =
        new Publications(sql).ensure(feed.publication(), asked, feed.rowFilters(), rowsAreFound);
    List<PublishedTable> tables = existing();
    requireSelected(asked, tables, directory);
    judgeIdentities(tables);
    if (!created) {
      warnOfMissingFilters(tables);
    }
    return tables;
  }

  /** A partition may be carried under its own name or under that of the table above it. */
  private void requireSelected(
      List<TableId> asked, List<PublishedTable> tables, TableDirectory directory) {
    Set<TableId> selected = tables.stream().map(PublishedTable::table).collect(Collectors.toSet());
    Set<TableId> below =
        selected.stream()
            .flatMap(table -> leaves(directory, table).stream())
            .collect(Collectors.toSet());
    for (TableId table : asked) {
      List<TableId> leaves = leaves(directory, table);
      if (!selected.contains(table)
          && !below.contains(table)
          && (leaves.isEmpty() || !selected.containsAll(leaves))) {
        throw new WalferryException(
            ErrorCode.PUBLICATION_INCOMPLETE,
            "publication "
                + feed.publication()
                + " carries the rows of "
                + table
                + " under names of partitions that 'source.tables' does not match");
      }
    }
  }

  private static List<TableId> leaves(TableDirectory directory, TableId table) {
    return directory.find(table).map(directory::leaves).orElse(List.of()).stream()
        .map(SourceTable::table)
        .toList();
  }

  /**
   * Where the server refuses updates itself, nothing wrong can come; but somebody should know. A
   * feed need not begin where the first update would end it.
   *
   * @throws WalferryException {@code REPLICA_IDENTITY_MISSING} for such a feed
   */
  private void judgeIdentities(List<PublishedTable> tables) {
    Publication publication =
        catalog
            .find(feed.publication())
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.PUBLICATION_MISSING,
                        "publication " + feed.publication() + " does not exist any more"));
    warnOfMissingOperations(publication);
    List<IdentityProblem> problems =
        new IdentityCheck(sql, TableDirectory.read(sql)).existing(publication, tables);
    List<IdentityProblem> unfollowable =
        problems.stream().filter(problem -> !problem.refused()).toList();
    if (rowsAreFound && !unfollowable.isEmpty()) {
      throw new WalferryException(
          ErrorCode.REPLICA_IDENTITY_MISSING,
          "UPDATE and DELETE could not be followed on "
              + unfollowable.stream()
                  .map(IdentityProblem::toString)
                  .collect(Collectors.joining(", "))
              + IdentityProblem.advice(unfollowable));
    }
    for (IdentityProblem problem : problems) {
      LOG.warn(
          "Table {} needs {}, but has this: {}. {}{}",
          problem.table(),
          problem.expected(),
          problem.found(),
          problem.refused()
              ? "The server refuses the application's own UPDATE and DELETE on it"
              : "Its UPDATE and DELETE come without what a row is known by",
          IdentityProblem.advice(List.of(problem)));
    }
  }

  private void warnOfMissingOperations(Publication publication) {
    Set<Operation> missing = Operation.of(major());
    missing.removeAll(publication.operations());
    if (!missing.isEmpty()) {
      LOG.warn(
          "Publication {} does not carry {}, so the destination keeps what these would have"
              + " changed",
          publication.name(),
          missing.stream().map(Operation::name).collect(Collectors.joining(", ")));
    }
  }

  /** What a publication that was there sends is not what the settings say, but what it says. */
  private void warnOfMissingFilters(List<PublishedTable> tables) {
    RowFilters filters = feed.rowFilters();
    if (filters.isEmpty()) {
      return;
    }
    filters.requireServer(major());
    List<TableId> lacking = filters.lackingIn(tables);
    if (lacking.isEmpty()) {
      LOG.info(
          "Publication {} has row filters of its own; 'source.where' counts only when one is made",
          feed.publication());
    } else {
      LOG.warn(
          "Publication {} has no row filter for {}: 'source.where' counts only when one is made."
              + " Once the replica identity has its columns, run: {}",
          feed.publication(),
          lacking.stream().map(TableId::toString).collect(Collectors.joining(", ")),
          Publications.filterStatements(feed.publication(), lacking, filters));
    }
  }

  private int major() {
    try {
      return sql.getMetaData().getDatabaseMajorVersion();
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask the server for its version");
    }
  }

  /**
   * Whether the feed was refused, so that nothing shall remain of it. Otherwise the next attempt
   * uses the publication, or whoever has taken the feed over; and to drop one while its tables are
   * written to can make the application's own statements fail.
   */
  static boolean isRefusal(ErrorCode code) {
    return code.retry() == ErrorCode.Retry.NEVER
        && code != ErrorCode.INTERRUPTED
        && code != ErrorCode.DESTINATION_FENCED;
  }

  /**
   * Drops the publication if it was created here and the feed is refused.
   *
   * @param cause of this; takes what goes wrong here as suppressed
   */
  private void discard(WalferryException cause) {
    if (!created || !isRefusal(cause.code())) {
      return;
    }
    try (Statement statement = sql.createStatement()) {
      statement.execute("DROP PUBLICATION " + TableId.quote(feed.publication()));
    } catch (SQLException e) {
      cause.addSuppressed(
          PostgresErrors.translate(e, "drop publication " + feed.publication() + " again"));
    }
  }
}
