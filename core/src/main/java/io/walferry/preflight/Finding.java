package io.walferry.preflight;

import java.util.Optional;

/**
 * One thing that was looked at.
 *
 * @param subject what was looked at: {@code wal_level}, {@code table shop.orders}
 * @param expected what a feed needs
 * @param found what there is
 * @param why it matters; one sentence, for the operator
 * @param sql that mends it, where SQL can; somebody has to read it before it is run
 */
public record Finding(
    Severity severity,
    String subject,
    String expected,
    String found,
    String why,
    Optional<String> sql) {
  static Finding ok(String subject, String expected, String found) {
    return new Finding(Severity.OK, subject, expected, found, "", Optional.empty());
  }

  static Finding note(String subject, String expected, String found, String why) {
    return new Finding(Severity.NOTE, subject, expected, found, why, Optional.empty());
  }

  static Finding problem(String subject, String expected, String found, String why) {
    return new Finding(Severity.PROBLEM, subject, expected, found, why, Optional.empty());
  }

  Finding mendedBy(String statement) {
    return new Finding(severity, subject, expected, found, why, Optional.of(statement));
  }
}
