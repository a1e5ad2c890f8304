package io.walferry.type;

import io.walferry.value.TimeOfDay;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Dates and times as the server prints them with {@code DateStyle ISO}. */
final class DateTimeText {
  private DateTimeText() {}

  static String print(LocalDate date) {
    StringBuilder out = new StringBuilder();
    appendDate(out, date);
    return out.append(era(date)).toString();
  }

  /** The offset stands between the time and the era. */
  static String print(LocalDateTime at, String offset) {
    long micros = at.toLocalTime().toNanoOfDay() / 1000;
    StringBuilder out = new StringBuilder();
    appendDate(out, at.toLocalDate());
    out.append(' ');
    appendTime(out, micros / 1_000_000, micros % 1_000_000);
    return out.append(offset).append(era(at.toLocalDate())).toString();
  }

  static String print(TimeOfDay time) {
    StringBuilder out = new StringBuilder();
    appendTime(out, time.microseconds() / 1_000_000, time.microseconds() % 1_000_000);
    return out.toString();
  }

  static String print(ZoneOffset offset) {
    int seconds = Math.abs(offset.getTotalSeconds());
    StringBuilder out = new StringBuilder().append(offset.getTotalSeconds() < 0 ? '-' : '+');
    appendPadded(out, seconds / 3600, 2);
    if (seconds % 3600 != 0) {
      appendPadded(out.append(':'), seconds / 60 % 60, 2);
    }
    if (seconds % 60 != 0) {
      appendPadded(out.append(':'), seconds % 60, 2);
    }
    return out.toString();
  }

  static void appendTime(StringBuilder out, long seconds, long micros) {
    appendPadded(out, seconds / 3600, 2);
    appendPadded(out.append(':'), seconds / 60 % 60, 2);
    appendPadded(out.append(':'), seconds % 60, 2);
    if (micros == 0) {
      return;
    }
    appendPadded(out.append('.'), micros, 6);
    while (out.charAt(out.length() - 1) == '0') {
      out.setLength(out.length() - 1);
    }
  }

  private static void appendDate(StringBuilder out, LocalDate date) {
    int year = date.getYear();
    appendPadded(out, year > 0 ? year : 1 - year, 4);
    appendPadded(out.append('-'), date.getMonthValue(), 2);
    appendPadded(out.append('-'), date.getDayOfMonth(), 2);
  }

  /** There is no year 0 in print: it is the first one before Christ. */
  private static String era(LocalDate date) {
    return date.getYear() > 0 ? "" : " BC";
  }

  private static void appendPadded(StringBuilder out, long number, int digitsMin) {
    String digits = Long.toString(number);
    out.append("0".repeat(Math.max(0, digitsMin - digits.length()))).append(digits);
  }
}
