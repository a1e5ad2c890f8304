package io.walferry.value;

import java.util.List;
import java.util.Optional;

/**
 * An array of any type: its dimensions and all its elements, the last dimension running fastest. An
 * element that is NULL is empty. An array without elements has no dimensions.
 */
public record PgArray(List<Dimension> dimensions, List<Optional<Object>> elements) {
  /** The array without elements. */
  public static final PgArray EMPTY = new PgArray(List.of(), List.of());

  /** How many there are, and the index of the first one, which is 1 unless somebody chose. */
  public record Dimension(int length, int lowerBound) {}

  public PgArray {
    dimensions = List.copyOf(dimensions);
    elements = List.copyOf(elements);
    long count = dimensions.isEmpty() ? 0 : 1;
    for (Dimension dimension : dimensions) {
      count = Math.multiplyExact(count, dimension.length());
    }
    if (count != elements.size()) {
      throw new IllegalArgumentException(elements.size() + " elements in " + dimensions);
    }
  }

  /** An array of one dimension that starts at 1. */
  public static PgArray of(List<?> elements) {
    return elements.isEmpty()
        ? EMPTY
        : new PgArray(
            List.of(new Dimension(elements.size(), 1)),
            elements.stream().map(element -> Optional.<Object>of(element)).toList());
  }
}
