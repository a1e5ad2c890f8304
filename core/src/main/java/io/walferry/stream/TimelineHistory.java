package io.walferry.stream;

import io.walferry.change.Lsn;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * From which timelines a server's log comes: each promotion leaves one and begins the next.
 *
 * @param ends up to where the log of each earlier timeline is part of this server's
 */
public record TimelineHistory(Map<Integer, Lsn> ends) {
  /** Of a server that was never promoted. */
  static final TimelineHistory NONE = new TimelineHistory(Map.of());

  public TimelineHistory {
    ends = Map.copyOf(ends);
  }

  /**
   * Reads a history file: a line for each earlier timeline with the point at which it was left and
   * a reason, behind tabs; blank lines and comments besides.
   *
   * @throws IllegalArgumentException if a line is anything else
   */
  static TimelineHistory parse(String file) {
    Map<Integer, Lsn> ends = new HashMap<>();
    for (String line : file.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] fields = line.split("\\s+", 3);
      if (fields.length < 2) {
        throw new IllegalArgumentException(
            "A line of a timeline history has a timeline and an LSN, but this is \"" + line + "\"");
      }
      ends.put(Integer.parseUnsignedInt(fields[0]), Lsn.parse(fields[1]));
    }
    return new TimelineHistory(ends);
  }

  /** Where a timeline was left; empty if the server does not come from it. */
  public Optional<Lsn> end(int timeline) {
    return Optional.ofNullable(ends.get(timeline));
  }
}
