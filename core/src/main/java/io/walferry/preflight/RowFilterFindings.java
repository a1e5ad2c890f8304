package io.walferry.preflight;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.IdentityCheck;
import io.walferry.publication.IdentityProblem;
import io.walferry.publication.Publication;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.Publications;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.RowFilters;
import io.walferry.publication.TableDirectory;
import java.sql.Connection;
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

  /** Findings on one that exists. */
  List<Finding> existing(Publication publication) {
    if (server.major() < RowFilters.SINCE) {
      return tooOld();
    }
    return filters.isEmpty() ? List.of() : List.of(chosen(publication));
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

  /** Whether there are filters, and the server is one that has any. */
  boolean areTaken() {
    return !filters.isEmpty() && server.major() >= RowFilters.SINCE;
  }

  /**
   * The problems of a publication that is yet to be made of these tables, by a role that may do so.
   *
   * @param findings takes what is wrong with the filters themselves
   */
  List<IdentityProblem> tryOut(
      TableDirectory directory,
      String name,
      Collection<TableId> tables,
      Collection<Finding> findings) {
    try {
      return new Publications(connection).tryOut(directory, name, tables, filters);
    } catch (WalferryException e) {
      if (e.code() != ErrorCode.CONFIGURATION_INVALID) {
        throw e;
      }
      findings.add(refused(e));
      return new IdentityCheck(connection, directory).planned(tables);
    }
  }

  /** The finding on filters that the server does not have. */
  List<Finding> tooOld() {
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
}
