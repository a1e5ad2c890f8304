package io.walferry.bench.compare;

import java.util.List;
import java.util.Optional;

/**
 * Somebody who applies a log.
 *
 * @param name ours begin as {@link Client#OURS}
 * @param destination the kind of destination that it writes to
 * @param main a class with a main method that takes what {@code ApplyTask} describes
 * @param arguments more of them
 * @param loads what it can apply
 * @param setUp a statement that the destination's server gets before, for all sessions
 */
record ApplyClient(
    String name,
    ApplyDestination destination,
    Class<?> main,
    List<String> arguments,
    List<ApplyLoad> loads,
    Optional<String> setUp) {
  ApplyClient(String name, ApplyDestination destination, Class<?> main, String... arguments) {
    this(
        name, destination, main, List.of(arguments), List.of(ApplyLoad.values()), Optional.empty());
  }

  /** The same under a condition of the server. */
  ApplyClient where(String statement) {
    return new ApplyClient(name, destination, main, arguments, loads, Optional.of(statement));
  }

  ApplyClient forInserts() {
    return new ApplyClient(name, destination, main, arguments, List.of(ApplyLoad.INSERTS), setUp);
  }

  boolean isOurs() {
    return name.startsWith(Client.OURS);
  }
}
