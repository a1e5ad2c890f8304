package io.walferry.cli.config;

import io.walferry.error.DidYouMean;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a value of some kind is written. */
@FunctionalInterface
interface Format<T> {
  /**
   * @throws BadValueException says what is expected
   */
  @SuppressWarnings("MissingSummary")
  T read(String text) throws BadValueException;

  /** The rest of a sentence that starts with the key: {@code "must be …"}. */
  final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    BadValueException(String expected) {
      super(expected);
    }

    String expected() {
      return String.valueOf(getMessage());
    }
  }

  Pattern QUANTITY = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([A-Za-z]+)");
  Map<String, Long> DURATION_NANOS =
      Map.of(
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  Map<String, Long> BYTES =
      Map.of(
          "B", 1L,
          "kB", 1_000L,
          "KB", 1_000L,
          "MB", 1_000_000L,
          "GB", 1_000_000_000L,
          "TB", 1_000_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30,
          "TiB", 1L << 40);

  static Format<String> text() {
    return text -> text;
  }

  static Format<String> matching(String pattern, String expected) {
    return text -> {
      if (!text.matches(pattern)) {
        throw new BadValueException("must be " + expected);
      }
      return text;
    };
  }

  static Format<Boolean> yesOrNo() {
    return choice(Map.of("true", true, "false", false), List.of("true", "false"));
  }

  /** One of the words; they are listed in the order given. */
  static <T> Format<T> choice(Map<String, T> choices, List<String> order) {
    return text -> {
      T chosen = choices.get(text);
      if (chosen == null) {
        throw new BadValueException("must be " + listed(order) + DidYouMean.suffix(text, order));
      }
      return chosen;
    };
  }

  private static String listed(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.getFirst()
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  static Format<Integer> wholeNumber(int least, int most) {
    return text -> {
      if (text.matches("[0-9]{1,9}")) {
        int number = Integer.parseInt(text);
        if (number >= least && number <= most) {
          return number;
        }
      }
      throw new BadValueException("must be a whole number from " + least + " to " + most);
    };
  }

  static Format<Duration> duration(String least, String most) {
    return text -> {
      long nanos = quantity(text, DURATION_NANOS);
      if (nanos < quantity(least, DURATION_NANOS) || nanos > quantity(most, DURATION_NANOS)) {
        throw new BadValueException(
            "must be a duration from %s to %s, such as 500ms, 10s, 2m or 1h"
                .formatted(least, most));
      }
      return Duration.ofNanos(nanos);
    };
  }

  static Format<Long> bytes(String least, String most) {
    return text -> {
      long bytes = quantity(text, BYTES);
      if (bytes < quantity(least, BYTES) || bytes > quantity(most, BYTES)) {
        throw new BadValueException(
            "must be a size from %s to %s, such as 64KiB, 16MiB or 64MB".formatted(least, most));
      }
      return bytes;
    };
  }

  /** The number in the smallest unit; -1 if it is no quantity, which no range holds. */
  private static long quantity(String text, Map<String, Long> units) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches() || !units.containsKey(matcher.group(2)) || text.length() > 20) {
      return -1;
    }
    long unit = units.getOrDefault(matcher.group(2), 0L);
    BigDecimal exact = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    return exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? -1 : exact.longValue();
  }
}
