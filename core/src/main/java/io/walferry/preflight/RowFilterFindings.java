package io.walferry.preflight;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.Publication;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.Publications;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.RowFilters;
import io.walferry.publication.UncoveredFilter;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What is to say about the rows that a publication lets through, or is to let through. */
final class RowFilterFindings {
  private static final String SUBJECT = "source.where";
  private static final String COUNTS =
      "'source.where' counts only when a publication is made; one that exists is never altered.";

  private final Connection connection;
  private final ServerFacts server;
  private final RowFilters filters;

  /**
   * Findings on one publication.
   *
   * @param filters that it has if the feed makes it
   */
  RowFilterFindings(Connection connection, ServerFacts server, RowFilters filters) {
    this.connection = connection;
    this.server = server;
    this.filters = filters;
  }

  /**
   * Findings on one that exists.
   *
   * @param identityNeeded whether it publishes updates or deletes
   */
  List<Finding> existing(Publication publication, boolean identityNeeded) {
    if (server.major() < RowFilters.SINCE) {
      return tooOld();
    }
    List<Finding> findings = new ArrayList<>();
    if (!filters.isEmpty()) {
      findings.add(chosen(publication));
    }
    if (identityNeeded) {
      UncoveredFilter.of(connection, publication.name()).stream()
          .map(it -> uncovered(it, "The application's own UPDATE and DELETE fail."))
          .forEach(findings::add);
    }
    return findings;
  }

  private Finding chosen(Publication publication) {
    List<PublishedTable> tables = new PublicationCatalog(connection).tables(publication.name());
    String subject = "row filters of publication " + publication.name();
    List<TableId> lacking = filters.lackingIn(tables);
    if (lacking.isEmpty()) {
      return Finding.note(subject, "as 'source.where' says", shown(tables), COUNTS);
    }
    String names = lacking.stream().map(TableId::toString).collect(Collectors.joining(", "));
    Finding finding =
        Finding.note(
            subject,
            "one for " + names,
            "none for " + names,
            COUNTS
                + " Once their replica identity has every column of the condition, give them"
                + " another entry; the feed loads them again.");
    return publication.allTables()
        ? finding
        : finding.mendedBy(Publications.filterStatements(publication.name(), lacking, filters));
  }

  private static String shown(List<PublishedTable> tables) {
    return tables.stream()
        .flatMap(table -> table.rowFilter().stream().map(filter -> table + ": " + filter))
        .collect(Collectors.joining(", "));
  }

  /** Findings on one that is yet to be made of these tables, by a role that may do so. */
  List<Finding> missing(String name, Collection<TableId> tables) {
    if (filters.isEmpty() || server.major() < RowFilters.SINCE) {
      return tooOld();
    }
    try {
      return new Publications(connection)
          .uncovered(name, tables, filters).stream()
              .map(
                  it ->
                      uncovered(
                          it,
                          "Once it is published so, the application's own UPDATE and DELETE fail;"
                              + " 'walferry run' does not publish it."))
              .toList();
    } catch (WalferryException e) {
      if (e.code() != ErrorCode.CONFIGURATION_INVALID) {
        throw e;
      }
      return List.of(refused(e));
    }
  }

  private List<Finding> tooOld() {
    try {
      filters.requireServer(server.major());
      return List.of();
    } catch (WalferryException e) {
      return List.of(refused(e));
    }
  }

  private static Finding refused(WalferryException e) {
    return Finding.problem(
        SUBJECT,
        "conditions that the source takes as row filters of a publication",
        e.getMessage(),
        "No row would be left out.");
  }

  private static Finding uncovered(UncoveredFilter filter, String why) {
    return Finding.problem(
            "table " + filter.table(),
            "a replica identity that has every column of its row filter",
            "it lacks " + String.join(", ", filter.columns()),
            why)
        .mendedBy(filter.identityStatement());
  }
}
