package io.walferry.bench.compare;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** Somebody who drains a slot or loads a table: a variant of Walferry, or a peer. Immutable. */
interface Client {
  /** Names of Walferry's own clients start so. */
  String OURS = "walferry-";

  String name();

  Work work();

  /** What it does, for the reader of the report. */
  String description();

  /** Why it cannot run here. */
  default Optional<String> missing() {
    return Optional.empty();
  }

  default boolean isOurs() {
    return name().startsWith(OURS);
  }

  /** Clients that differ in how they are asked only have names with the same beginning. */
  default String family() {
    return name().split("-")[0];
  }

  ActiveClient start(Task task) throws IOException, SQLException;
}
