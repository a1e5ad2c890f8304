package io.walferry.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Quantities as people read them. */
final class Human {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");

  private Human() {}

  /** Such as {@code 512 B} or {@code 1.5 MiB}. */
  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.size() - 1) {
      value /= 1024;
      unit++;
    }
    String number = unit == 0 ? Long.toString(bytes) : String.format(Locale.ROOT, "%.1f", value);
    return number + " " + UNITS.get(unit);
  }

  /** In groups: {@code 1,234,567}. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Such as {@code 0.4 s}, {@code 12 s}, {@code 3 min 5 s} or {@code 2 h 4 min}. */
  static String duration(Duration duration) {
    if (duration.toSeconds() < 10) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    if (duration.toMinutes() < 1) {
      return duration.toSeconds() + " s";
    }
    return duration.toHours() < 1
        ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
        : duration.toHours() + " h " + duration.toMinutesPart() + " min";
  }
}
