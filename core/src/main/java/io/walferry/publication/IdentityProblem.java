package io.walferry.publication;

import io.walferry.change.TableId;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of which a publication that carries its UPDATE or DELETE cannot tell the rows.
 *
 * @param table the one that holds the rows: a partition, where its root is published
 * @param expected of its replica identity
 * @param found instead
 * @param refused whether the server refuses the application's own UPDATE and DELETE, as soon as the
 *     publication carries them; otherwise it takes them, and sends rows that nobody can find
 * @param sql that mends it, one statement or more; empty where only another key of the table does
 */
public record IdentityProblem(
    TableId table, String expected, String found, boolean refused, Optional<String> sql) {
  static final String USABLE = "a usable replica identity, or a publication of inserts only";

  /**
   * Ends a sentence with what to do about them: statements that mend them, each once, and which
   * tables need another key. Empty if there are none.
   */
  public static String advice(Collection<IdentityProblem> problems) {
    return advice(problems, Stream.empty());
  }

  /** The same, with statements to run afterwards. */
  static String advice(Collection<IdentityProblem> problems, Stream<String> afterwards) {
    String statements =
        Stream.concat(problems.stream().flatMap(problem -> problem.sql().stream()), afterwards)
            .distinct()
            .collect(Collectors.joining(" "));
    String keyless =
        problems.stream()
            .filter(problem -> problem.sql().isEmpty())
            .map(problem -> problem.table().toString())
            .collect(Collectors.joining(", "));
    return (keyless.isEmpty() ? "" : ". Give a primary key without generated columns to " + keyless)
        + (statements.isEmpty() ? "" : ". Run: " + statements);
  }

  @Override
  public String toString() {
    return table + " (" + found + ")";
  }
}
