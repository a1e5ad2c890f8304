package io.walferry.value;

import java.util.List;

/** Ranges in ascending order that neither overlap nor touch. */
public record Multirange(List<Range> ranges) {
  public Multirange {
    ranges = List.copyOf(ranges);
  }
}
