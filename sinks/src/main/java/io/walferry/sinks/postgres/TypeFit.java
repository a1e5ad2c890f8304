package io.walferry.sinks.postgres;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells whether a column's type takes every value of another type so that it prints the same. A
 * destination that was widened before the stream comes to the source's ALTER is such a case.
 */
final class TypeFit {
  private static final Pattern NAME =
      Pattern.compile("([^(]*)(?:\\((\\d+)(?:,(-?\\d+))?\\))?([^()]*)");

  private static final List<String> NUMBERS = List.of("smallint", "integer", "bigint", "numeric");

  /** Without a limit they take all that they take with one, as it is. */
  private static final Set<String> LIMITED =
      Set.of(
          "character varying",
          "bit varying",
          "numeric",
          "time without time zone",
          "time with time zone",
          "timestamp without time zone",
          "timestamp with time zone");

  private TypeFit() {}

  /** Both are names by {@code format_type}. */
  static boolean fits(String source, String destination) {
    if (source.equals(destination) || destination.equals("text")) {
      return true;
    }
    if (NUMBERS.contains(source) && NUMBERS.contains(destination)) {
      return NUMBERS.indexOf(source) < NUMBERS.indexOf(destination);
    }
    Matcher from = NAME.matcher(source);
    Matcher to = NAME.matcher(destination);
    if (!from.matches() || !to.matches() || !base(from).equals(base(to))) {
      return false;
    }
    Optional<Integer> limit = limit(to);
    if (limit.isEmpty()) {
      return LIMITED.contains(base(to));
    }
    boolean sameScale = Optional.ofNullable(from.group(3)).equals(Optional.ofNullable(to.group(3)));
    boolean loud = base(to).equals("numeric") || base(to).equals("character varying");
    return loud && sameScale && limit(from).filter(it -> it <= limit.get()).isPresent();
  }

  private static String base(Matcher name) {
    return name.group(1) + name.group(4);
  }

  private static Optional<Integer> limit(Matcher name) {
    return Optional.ofNullable(name.group(2)).map(Integer::valueOf);
  }
}
