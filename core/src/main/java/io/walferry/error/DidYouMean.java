package io.walferry.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a mistyped one was probably meant to be. */
public final class DidYouMean {
  private DidYouMean() {}

  /** The nearest known name, if it is near enough to be worth saying. */
  public static Optional<String> nearest(String given, Collection<String> known) {
    int limit = Math.max(1, given.length() / 3);
    return known.stream()
        .map(name -> new Candidate(name, distance(folded(given), folded(name))))
        .filter(candidate -> candidate.distance() <= limit)
        .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .map(Candidate::name);
  }

  /** {@code "; did you mean 'name'?"}, or nothing if no known name is near. */
  public static String suffix(String given, Collection<String> known) {
    return nearest(given, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  /** Upper and lower case, {@code -} and {@code _} are no difference: batch_rows is batchRows. */
  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Edits (insert, delete, replace, swap of neighbours) that turn one name into the other. */
  private static int distance(String from, String to) {
    int[][] edits = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        edits[i][j] = Math.min(i, j) == 0 ? Math.max(i, j) : cheapest(edits, from, to, i, j);
      }
    }
    return edits[from.length()][to.length()];
  }

  private static int cheapest(int[][] edits, String from, String to, int i, int j) {
    int replaced = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
  }

  private record Candidate(String name, int distance) {}
}
