package io.walferry.preflight;

import io.walferry.change.TableId;
import io.walferry.publication.Publication;
import io.walferry.publication.Publication.Operation;
import io.walferry.publication.Publications;
import io.walferry.publication.TableDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is to say about the feed's publication, be it there or not. */
final class PublicationFindings {
  private static final String EXPECTED = "exists and carries the tables";

  private PublicationFindings() {}

  /**
   * Findings on a publication that exists.
   *
   * @param notCarried tables of the feed that it does not carry
   */
  static List<Finding> existing(
      Publication publication, List<TableId> notCarried, ServerFacts server) {
    String subject = "publication " + publication.name();
    List<Finding> findings = new ArrayList<>();
    findings.add(
        notCarried.isEmpty()
            ? Finding.ok(subject, EXPECTED, "so it is")
            : Finding.problem(
                    subject,
                    EXPECTED,
                    "it does not carry " + names(notCarried),
                    "Their changes would be missing; a publication is never widened unasked.")
                .mendedBy(Publications.addStatement(publication.name(), notCarried)));
    Set<Operation> missing = Operation.of(server.major());
    missing.removeAll(publication.operations());
    if (!missing.isEmpty()) {
      findings.add(operations(publication, missing, server));
    }
    return findings;
  }

  private static Finding operations(
      Publication publication, Set<Operation> missing, ServerFacts server) {
    String all = names(Operation.of(server.major()));
    return Finding.note(
            "publication " + publication.name(),
            "publishes " + all,
            "not published: " + names(missing),
            "The destination keeps what these would have changed.")
        .mendedBy(alter(publication) + " SET (publish = '" + all + "');");
  }

  private static String names(Set<Operation> operations) {
    return operations.stream()
        .map(operation -> operation.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /** The finding on a publication that exists, where rows of the feed are in partitions. */
  static Optional<Finding> partitions(Publication publication, TableDirectory directory) {
    if (publication.viaPartitionRoot()) {
      return Optional.empty();
    }
    String subject = "publication " + publication.name();
    String why =
        "Each partition comes as a table of its own, and a partition that is attached brings its"
            + " rows without a change in the stream.";
    if (!directory.publishesPartitioned()) {
      return Optional.of(
          Finding.note(
              subject,
              "partitioned tables as a whole",
              "partitions one by one",
              why + " A new one has to be added to the publication."));
    }
    return Optional.of(
        Finding.note(subject, "publish_via_partition_root = true", "false", why)
            .mendedBy(alter(publication) + " SET (publish_via_partition_root = true);"));
  }

  /**
   * The finding on partitioned tables whose rows come under their names: the stream has what
   * statements do to rows, and what is done to a partition as a whole is not among it.
   *
   * @param partitioned tables of the feed that a publication carries through their root
   */
  static Optional<Finding> throughRoot(List<TableId> partitioned) {
    if (partitioned.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.note(
            "partitions",
            "changed by INSERT, UPDATE, DELETE, and TRUNCATE of the whole table only",
            "published as " + names(partitioned),
            "TRUNCATE or DROP of one partition, ATTACH and DETACH are never published under"
                + " publish_via_partition_root: DELETE the rows first, or run 'walferry reload"
                + " TABLE' afterwards."));
  }

  private static String alter(Publication publication) {
    return "ALTER PUBLICATION " + TableId.quote(publication.name());
  }

  /** The finding where the database has publications and nobody said which one is meant. */
  static Finding unnamed(List<String> names) {
    return Finding.note(
        "publication",
        "the feed's name for it",
        "not named; there are " + String.join(", ", names),
        "Name one of them to have it checked, with the tables that it carries.");
  }

  /**
   * The finding on a publication that is yet to be made.
   *
   * @param create the statement that makes it
   */
  static Finding missing(
      String name,
      Collection<TableId> tables,
      String create,
      Map<TableId, TableRights> rights,
      RoleFacts role,
      ServerFacts server) {
    String subject = "publication " + name;
    if (tables.isEmpty()) {
      return Finding.problem(subject, EXPECTED, "missing", "There is no table to publish.");
    }
    if (server.standby()) {
      return Finding.problem(
              subject, EXPECTED, "missing", "A standby cannot create it: run this on the primary.")
          .mendedBy(create);
    }
    List<TableId> foreign =
        tables.stream()
            .filter(table -> rights.containsKey(table) && !rights.get(table).owner())
            .toList();
    if (!foreign.isEmpty()) {
      return Finding.problem(
              subject,
              EXPECTED,
              "missing, and role " + role.role() + " does not own " + names(foreign),
              "Only owners may publish a table: let the owner or a superuser create it.")
          .mendedBy(create);
    }
    if (!role.createsInDatabase()) {
      return Finding.problem(
              subject,
              EXPECTED,
              "missing, and role " + role.role() + " may not create it",
              "Grant the right, or let somebody else run: " + create)
          .mendedBy(role.createStatement());
    }
    return Finding.note(subject, EXPECTED, "missing", "'walferry run' creates it.")
        .mendedBy(create);
  }

  private static String names(List<TableId> tables) {
    return tables.stream().map(TableId::toString).collect(Collectors.joining(", "));
  }
}
