package io.walferry.preflight;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.IdentityCheck;
import io.walferry.publication.IdentityProblem;
import io.walferry.publication.Publication;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.Publications;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.RowFilters;
import io.walferry.publication.SourceTable;
import io.walferry.publication.TableDirectory;
import io.walferry.publication.TablePattern;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells whether a server is ready for a feed. Reads only, over an ordinary SQL connection of the
 * role that the feed will use, to the database that it will follow. Where row filters are asked
 * about, a publication is made and rolled back, by a connection that has to be in autocommit mode.
 */
public final class Preflight {
  /** Where the question names no publication. */
  private static final String NAME_DEFAULT = "walferry";

  private final Connection connection;

  public Preflight(Connection connection) {
    this.connection = connection;
  }

  /**
   * Looks at everything and reports it. What is wrong with the server is in the report; an
   * exception means that it could not be asked.
   */
  public ReadinessReport check(ReadinessQuestion question) {
    try {
      ServerFacts server = ServerFacts.read(connection);
      if (server.major() < ServerFindings.OLDEST) {
        return new ReadinessReport(List.of(new ServerFindings(server, false).version()));
      }
      RoleFacts role = RoleFacts.read(connection);
      SlotCatalog catalog = new SlotCatalog(connection);
      List<Slot> slots = catalog.list();
      boolean slotExists =
          question.slot().isPresent()
              && slots.stream().anyMatch(slot -> slot.name().equals(question.slot().get()));
      List<Finding> findings = new ArrayList<>(new ServerFindings(server, slotExists).all());
      findings.add(role.replicationFinding());
      addTables(findings, question, server, role);
      findings.addAll(SlotFindings.of(slots, catalog.decodingStats(), question.slot()));
      findings.addAll(new FailoverFindings(server, slots, question).all());
      findings.addAll(NeverReplicated.findings(connection));
      return new ReadinessReport(findings);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "check the server");
    }
  }

  private void addTables(
      List<Finding> findings, ReadinessQuestion question, ServerFacts server, RoleFacts role)
      throws SQLException {
    TableDirectory directory = TableDirectory.read(connection);
    Optional<Publication> publication =
        question.publication().flatMap(new PublicationCatalog(connection)::find);
    Collection<TableId> tables = tables(findings, question, directory, publication);
    Collection<TableId> publishable = directory.publishable(tables);
    Set<TableId> judged = new HashSet<>(tables);
    judged.addAll(publishable);
    Map<TableId, TableRights> rights = TableRights.read(connection, judged);
    List<IdentityProblem> problems =
        publication.isPresent()
            ? existing(findings, question, server, directory, publication.get(), tables)
            : missing(findings, question, server, directory, rights, role, tables);
    findings.addAll(new TableFindings(directory, rights, role, problems).of(tables));
  }

  /** Looks at a publication that is there; returns what UPDATE and DELETE fail by. */
  private List<IdentityProblem> existing(
      List<Finding> findings,
      ReadinessQuestion question,
      ServerFacts server,
      TableDirectory directory,
      Publication publication,
      Collection<TableId> tables) {
    List<TableId> notCarried = Publications.notCarried(connection, publication.name(), tables);
    findings.addAll(PublicationFindings.existing(publication, notCarried, server));
    if (tables.stream().anyMatch(table -> isInPartitions(directory, table))) {
      PublicationFindings.partitions(publication, directory).ifPresent(findings::add);
    }
    if (publication.viaPartitionRoot()) {
      PublicationFindings.throughRoot(partitioned(directory, tables)).ifPresent(findings::add);
    }
    findings.addAll(
        new RowFilterFindings(connection, server, question.rowFilters()).existing(publication));
    IdentityCheck identities = new IdentityCheck(connection, directory);
    List<PublishedTable> carried = new PublicationCatalog(connection).tables(publication.name());
    List<IdentityProblem> problems = new ArrayList<>(identities.existing(publication, carried));
    problems.addAll(identities.added(publication, notCarried));
    return problems;
  }

  /** Looks at one that is yet to be made; returns what UPDATE and DELETE would fail by. */
  private List<IdentityProblem> missing(
      List<Finding> findings,
      ReadinessQuestion question,
      ServerFacts server,
      TableDirectory directory,
      Map<TableId, TableRights> rights,
      RoleFacts role,
      Collection<TableId> tables) {
    List<TableId> publishable = directory.publishable(tables);
    RowFilterFindings filters = new RowFilterFindings(connection, server, question.rowFilters());
    findings.addAll(filters.tooOld());
    String name = question.publication().orElse(NAME_DEFAULT);
    List<String> others =
        question.publication().isPresent() ? List.of() : new PublicationCatalog(connection).names();
    boolean creatable = false;
    if (!others.isEmpty()) {
      findings.add(PublicationFindings.unnamed(others));
    } else if (question.publication().isPresent() || !tables.isEmpty()) {
      RowFilters taken = filters.areTaken() ? question.rowFilters() : RowFilters.NONE;
      String create =
          new Publications(connection).createStatement(directory, name, publishable, taken) + ";";
      Finding missing =
          PublicationFindings.missing(name, publishable, create, rights, role, server);
      findings.add(missing);
      creatable = missing.severity() == Severity.NOTE;
    }
    return creatable && filters.areTaken()
        ? filters.tryOut(directory, name, publishable, findings)
        : new IdentityCheck(connection, directory).planned(publishable);
  }

  private static List<TableId> partitioned(TableDirectory directory, Collection<TableId> tables) {
    return tables.stream()
        .filter(table -> directory.find(table).filter(SourceTable::partitioned).isPresent())
        .sorted()
        .toList();
  }

  private static boolean isInPartitions(TableDirectory directory, TableId table) {
    return directory
        .find(table)
        .filter(found -> found.partitioned() || found.parentOid().isPresent())
        .isPresent();
  }

  /** The tables asked for, or those of the publication, or all. */
  private Collection<TableId> tables(
      List<Finding> findings,
      ReadinessQuestion question,
      TableDirectory directory,
      Optional<Publication> publication) {
    if (question.tables().isEmpty() && publication.isPresent()) {
      return new PublicationCatalog(connection)
          .tables(publication.get().name()).stream().map(PublishedTable::table).toList();
    }
    if (question.tables().isEmpty()) {
      return directory.tables().stream()
          .filter(table -> table.permanent() && table.parentOid().isEmpty())
          .map(SourceTable::table)
          .toList();
    }
    List<TablePattern> matching = new ArrayList<>();
    for (TablePattern pattern : question.tables()) {
      Optional<String> why = directory.whyUnmatched(pattern);
      why.ifPresentOrElse(
          reason -> findings.add(unmatched(pattern, reason)), () -> matching.add(pattern));
    }
    return directory.matching(matching);
  }

  private static Finding unmatched(TablePattern pattern, String reason) {
    return Finding.problem(
        "table pattern " + pattern, "matches a table", reason, "There is nothing to follow.");
  }
}
